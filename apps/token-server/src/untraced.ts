/**
 * An error that is an answer, as for a caller who asks too often. Nobody reads where it came from, and finding that out
 * would cost more than the rest of the answer: so a flood of them is cheap.
 */
export class Untraced extends Error {
  constructor(message: string) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = stackTraceLimit;
  }
}
