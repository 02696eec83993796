import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** What the first fitting line of a process holds. The others are read too, or the pipe fills and it waits. */
export function firstIn(child: ChildProcess, find: (line: string) => string | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    const { stdout } = child;
    if (stdout === null) throw new Error('the process has no pipe to read');
    createInterface(stdout).on('line', (line) => {
      const found = find(line);
      if (found !== undefined) resolve(found);
    });
    child.once('exit', () => {
      reject(new Error('the process ended before it listened'));
    });
  });
}
