import { Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { LOG_BACKLOG_BYTES } from '../config/constants.ts';
import { LogOutput } from './log-output.ts';

/** What reads the lines: well, not at all, or with an error. */
class Reader extends Writable {
  mode: 'well' | 'stalled' | 'full' = 'well';
  text = '';
  writes = 0;
  #go = (): void => undefined;

  constructor() {
    // As Node's stdout, which no error ends.
    super({ autoDestroy: false });
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error) => void): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'buffer', done);
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    this.writes++;
    const go = (): void => {
      if (this.mode !== 'full') this.text += chunk.toString();
      done(this.mode === 'full' ? new Error('ENOSPC') : undefined);
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

test('the lines of one turn are written together, and at once where that is asked for', async () => {
  const reader = new Reader();
  const output = new LogOutput(reader, () => undefined);
  output.write('one\n');
  output.write('two\n');
  expect(reader.writes).toBe(0);
  await wait(5);
  expect([reader.text, reader.writes]).toEqual(['one\ntwo\n', 1]);
  output.write('three\n');
  output.flush();
  expect(reader.text).toBe('one\ntwo\nthree\n');
});
