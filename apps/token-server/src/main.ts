#!/usr/bin/env node
import pkg from '../package.json' with { type: 'json' };
import { ConfigError } from './config/config-error.ts';
import { runCheck } from './check/run.ts';
import { readConfig, type TokenServerConfig } from './config/config.ts';
import { HELP, readFlags } from './config/flags.ts';
import { openTelemetry } from './ops/telemetry.ts';
import { createTokenServer, type TokenServer } from './server.ts';
import { presetRules } from './vendors/vendors.ts';

async function run(args: readonly string[]): Promise<void> {
  const command = readFlags(args);
  if (command.kind !== 'start') process.stdout.on('error', unlessNobodyReads);
  if (!('overrides' in command)) {
    console.log(command.kind === 'help' ? HELP : pkg.version);
    return;
  }
  const { kind, overrides } = command;
  const read = (): Promise<TokenServerConfig> => readConfig(process.env, overrides, presetRules);
  if (kind === 'check') {
    process.exitCode = await runCheck(read, console.log);
    return;
  }
  const config = await read();
  const hooks = config.openTelemetry === true ? await openTelemetry() : undefined;
  const server = createTokenServer(config, { hooks });
  // Before it listens: whoever waits for that may end it at once.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stopper(server));
  await server.listen();
}

/** Whoever reads what is printed may have read enough, as `head` does: what was found still is the exit status. */
function unlessNobodyReads(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

let stopping = false;

/** The first signal drains; the second is from somebody who will not wait. */
function stopper(server: TokenServer): () => void {
  return () => {
    if (stopping) process.exit(1);
    stopping = true;
    void server.close().then(() => process.exit(0));
  };
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
