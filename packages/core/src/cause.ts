import { fieldsOf } from './json-fields.ts';

// As deep as anybody reads; and a circle of causes has no end.
const DEEPEST = 5;
const FRAME = /^\s+at .*:\d+:\d+\)?$/;

/**
 * A copy of what somebody else's code threw, fit to stand as the `cause` of an error: Node prints the causes of an
 * uncaught error, and loggers write them out. It has the name, the code, the clean words and the frames, and so have
 * its own causes and the errors that it gathers. Whatever else it holds, such as a request with its headers, stays behind.
 *
 * @param clean removes the call's secrets from a text
 */
export function copyOfCause(cause: unknown, clean: (text: string) => string): unknown {
  return copyOf(cause, clean, clean);
}

/** The same without the words, for what may quote a secret that nobody else knows yet, and so cannot look for. */
export function wordlessCopyOf(cause: unknown): unknown {
  return copyOf(
    cause,
    (text) => text,
    () => 'its words are left out: they may quote a secret',
  );
}

function copyOf(
  cause: unknown,
  clean: (text: string) => string,
  cleanWords: (text: string) => string,
): unknown {
  const copyAt = (thrown: unknown, depth: number): unknown => {
    if (typeof thrown === 'string') return cleanWords(thrown);
    if (typeof thrown !== 'object' || thrown === null || depth > DEEPEST) return undefined;
    const { name, message, code, stack, cause: inner, errors } = fieldsOf(thrown);
    const deeper = (below: unknown): unknown => copyAt(below, depth + 1);
    const words = typeof message === 'string' ? message : '';
    const copyOfInner = deeper(inner);
    const because = copyOfInner === undefined ? undefined : { cause: copyOfInner };
    const copy = Array.isArray(errors)
      ? new AggregateError(errors.map(deeper), cleanWords(words), because)
      : new Error(cleanWords(words), because);
    const kind = typeof name === 'string' ? clean(name) : 'Error';
    Object.defineProperty(copy, 'name', { value: kind, configurable: true, writable: true });
    copy.stack = [`${kind}: ${copy.message}`, ...framesOf(stack, words).map(clean)].join('\n');
    if (typeof code === 'number') Object.assign(copy, { code });
    if (typeof code === 'string') Object.assign(copy, { code: clean(code) });
    return copy;
  };
  try {
    return copyAt(cause, 0);
  } catch {
    // What cannot be read, such as a proxy that throws in its turn, can say nothing.
    return undefined;
  }
}

/** Where it was thrown. The words stand before that, and may look the same. */
function framesOf(stack: unknown, words: string): string[] {
  if (typeof stack !== 'string') return [];
  return stack
    .replace(words, '')
    .split('\n')
    .filter((line) => FRAME.test(line));
}
