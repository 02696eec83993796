import { spawn } from 'node:child_process';

/** What opens an address in the browser that its owner chose. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [command: string, ...args: string[]]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** Opens `url` in the browser; where there is none, or none that can be found, says so and goes on. */
export function openInBrowser(url: string, say: (line: string) => void): void {
  const [command, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true });
  const none = (): void => {
    say(`No browser could be opened here: open ${url} yourself.`);
  };
  child.once('error', none);
  child.once('exit', (code) => {
    if (code !== null && code !== 0) none();
  });
  child.unref();
}
