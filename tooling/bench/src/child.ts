import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Cost, Task } from './lane.ts';

/** Starts a script of this folder and waits for its first message. */
export async function start(
  script: string,
  args: readonly string[] = [],
  flags: readonly string[] = [],
): Promise<{ child: ChildProcess; first: unknown }> {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), args, {
    execArgv: ['--expose-gc', ...flags],
  });
  const failed = once(child, 'exit').then(() => {
    throw new Error(`${script} ${args.join(' ')} ended before it was ready`);
  });
  const [first] = (await Promise.race([once(child, 'message'), failed])) as [unknown];
  failed.catch(() => undefined);
  return { child, first };
}

/** A vendor in its own process. */
export interface Vendor extends Disposable {
  readonly url: string;
}

/** Starts the server that all contenders talk to; each of its answers takes so long. */
export async function startServer(delayMs = 0): Promise<Vendor> {
  const { child, first } = await start('./server.ts', [String(delayMs)]);
  return vendorOf(child, `http://127.0.0.1:${String(first)}`);
}

/** Starts the sandbox, of which Anam is asked. */
export async function startSandbox(): Promise<Vendor> {
  const { child, first } = await start('./sandbox.ts');
  return vendorOf(child, String(first));
}

const vendorOf = (child: ChildProcess, url: string): Vendor => ({
  url,
  [Symbol.dispose]: () => {
    child.disconnect();
  },
});

/** A contender in its own process. */
export interface Lane extends Disposable {
  readonly name: string;
  perform(task: Task): Promise<Cost>;
}

/** Starts a contender. */
export async function startLane(name: string, url: string, flags?: readonly string[]): Promise<Lane> {
  const { child } = await start('./lane.ts', [name, url], flags);
  return {
    name,
    perform: async (task) => {
      child.send(task);
      const [cost] = (await once(child, 'message')) as [Cost];
      return cost;
    },
    [Symbol.dispose]: () => {
      child.disconnect();
    },
  };
}
