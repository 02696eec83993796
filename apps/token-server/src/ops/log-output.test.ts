import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { LOG_BACKLOG_BYTES } from '../config/constants.ts';
import { LogOutput } from './log-output.ts';

/** What reads the lines: well, not at all, or as a disk on which no more than `room` is left. */
class Reader extends Writable {
  mode: 'well' | 'stalled' = 'well';
  room = Infinity;
  text = '';
  writes = 0;
  #go = (): void => undefined;
  /** Every stream of Node's has it. */
  declare _undestroy: () => void;

  /** As Node's stdout, which no error ends. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    done(error);
    this._undestroy();
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error) => void): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'buffer', done);
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    this.writes++;
    const go = (): void => {
      // As Node's stdout into a file: what is written in part is called written.
      const isFull = this.room === 0;
      const written = chunk.toString().slice(0, this.room);
      this.text += written;
      this.room -= written.length;
      done(isFull ? new Error('ENOSPC') : undefined);
    };
    if (this.mode === 'stalled') this.#go = go;
    else go();
  }

  readAgain(): void {
    this.mode = 'well';
    this.#go();
  }
}

const LINE = `${'x'.repeat(1_023)}\n`;

test('what a stalled reader has room for is kept in its order, the rest is lost, and told of once', async () => {
  const reader = new Reader();
  const told: number[] = [];
  const output = new LogOutput(reader, (lost) => told.push(lost));
  reader.mode = 'stalled';
  const kept = LOG_BACKLOG_BYTES / LINE.length + 1;
  for (let n = 0; n < kept; n++) output.write(`${String(n).padStart(8)}${LINE.slice(8)}`);
  for (let n = 0; n < 3; n++) output.write('lost\n');
  expect([output.lost, told]).toEqual([3, []]);
  reader.readAgain();
  await output.settle(5_000);
  const lines = reader.text.trimEnd().split('\n');
  expect(lines.map((line) => parseInt(line, 10))).toEqual(Array.from({ length: kept }, (_, n) => n));
  expect([output.lost, told]).toEqual([3, [3]]);
  output.write('next\n');
  await output.settle(5_000);
  expect([reader.text.endsWith('next\n'), told]).toEqual([true, [3]]);
});

test('nobody waits for a reader that stalls', async () => {
  const reader = new Reader();
  const output = new LogOutput(reader, () => undefined);
  reader.mode = 'stalled';
  output.write(LINE);
  // Nothing else keeps this process alive.
  await Promise.all([output.settle(10), wait(20)]);
  expect(reader.text).toBe('');
});

test('lines that come close together are written together, and at once where that is asked for', async () => {
  const reader = new Reader();
  const output = new LogOutput(reader, () => undefined);
  output.write('one\n');
  output.write('two\n');
  expect(reader.writes).toBe(0);
  await expect.poll(() => reader.text).toBe('one\ntwo\n');
  expect(reader.writes).toBe(1);
  output.write('three\n');
  output.flush();
  expect(reader.text).toBe('one\ntwo\nthree\n');
});

test('a line that a full disk has torn is lost and told of, and no other is glued to it', async () => {
  const reader = new Reader();
  const told: number[] = [];
  const output = new LogOutput(reader, (lost) => told.push(lost));
  const write = async (line: string): Promise<void> => {
    output.write(`${line}\n`);
    await output.settle(5_000);
  };
  for (const outage of [1, 2]) {
    reader.room = 9;
    for (const line of ['whole', 'torn', 'lost', 'lost']) await write(line);
    expect([output.lost, told.length]).toEqual([3 * outage, outage - 1]);
    reader.room = Infinity;
    await write('next');
    await write('more');
    expect(told).toEqual(Array.from({ length: outage }, () => 3));
  }
  const lines = ['whole', 'tor', 'next', 'more'];
  expect(reader.text.trimEnd().split('\n')).toEqual([...lines, ...lines]);
});

describe('what is held back when the process ends at once is written first:', () => {
  const module = new URL('log-output.ts', import.meta.url).href;
  const program = `
    import { LogOutput } from ${JSON.stringify(module)};
    const output = new LogOutput(process.stdout, () => undefined);
    output.write('one\\n');
    output.write('two\\n');
    process.exit(3);
  `;
  const args = ['--input-type=module', '--eval', program];

  test('into a pipe', async () => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit') as Promise<[number]>;
    const [written, [status]] = await Promise.all([text(child.stdout), exited]);
    expect([written, status]).toEqual(['one\ntwo\n', 3]);
  });

  test('into a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'log-output-'));
    try {
      const file = await open(join(folder, 'log'), 'w');
      const child = spawn(process.execPath, args, { stdio: ['ignore', file.fd, 'inherit'] });
      const [status] = (await once(child, 'exit')) as [number];
      await file.close();
      expect([await readFile(join(folder, 'log'), 'utf8'), status]).toEqual(['one\ntwo\n', 3]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
