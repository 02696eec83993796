#!/usr/bin/env node
import { run } from './cli/run.ts';

/** Prints lines as long as somebody reads them: `avatar-sandbox | head` ends the printing, and not the sandbox. */
function printerTo(stream: NodeJS.WriteStream): (line: string) => void {
  let isRead = true;
  stream.on('error', () => {
    isRead = false;
  });
  return (line) => {
    if (isRead) stream.write(`${line}\n`);
  };
}

void run(process.argv.slice(2), {
  out: printerTo(process.stdout),
  err: printerTo(process.stderr),
  untilStopped: () =>
    new Promise((resolve) => {
      process.once('SIGINT', resolve);
      process.once('SIGTERM', resolve);
    }),
}).then((code) => {
  process.exitCode = code;
});
