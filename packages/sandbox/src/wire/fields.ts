import type { Message } from './listen.ts';

/** The fields of something that a client sent, of which nobody knows yet what they hold. */
export type Fields = Readonly<Record<string, unknown>>;

/** A message's fields. Here as below, what is not as it must be is a TypeError that names it. */
export function fieldsOf(message: Message): Fields {
  const value = parsed(message.toString());
  if (!isFields(value)) throw new TypeError('must be an object as JSON');
  return value;
}

/** A text; undefined when the field is absent. */
export function textOf(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined || typeof value === 'string') return value;
  throw new TypeError(`${name}: must be a text`);
}

/** True or false; undefined when the field is absent. */
export function flagOf(fields: Fields, name: string): boolean | undefined {
  const value = fields[name];
  if (value === undefined || typeof value === 'boolean') return value;
  throw new TypeError(`${name}: must be true or false`);
}

/** A whole number between two; undefined when the field is absent. */
export function wholeOf(fields: Fields, name: string, from: number, to: number): number | undefined {
  const value = fields[name];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to) return value;
  throw new TypeError(`${name}: must be a whole number from ${from} to ${to}`);
}

/** The fields inside a field. */
export function objectOf(fields: Fields, name: string): Fields {
  const value = fields[name];
  if (isFields(value)) return value;
  throw new TypeError(`${name}: must be an object`);
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
