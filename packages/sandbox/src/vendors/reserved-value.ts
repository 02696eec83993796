import type { Vendor } from '../vendor.ts';
import type { Answer } from '../wire/answer.ts';

/** A value with which a caller asks for a failure. */
export interface ReservedValue {
  readonly vendor: Vendor;
  /** Where it may be sent: `key`, or a field of the request. */
  readonly fields: readonly string[];
  readonly value: string;
  /** What then happens, in words. */
  readonly answers: string;
}

/** A reserved value whose answer is always the same. */
export interface FixedAnswer extends ReservedValue {
  readonly answer: Answer;
}

/** The fixed answer of the first of `values` that is reserved. */
export function fixedAnswer(
  table: readonly FixedAnswer[],
  ...values: readonly unknown[]
): Answer | undefined {
  return table.find(({ value }) => values.includes(value))?.answer;
}

export function isReserved(table: readonly ReservedValue[], value: unknown): boolean {
  return table.some((one) => one.value === value);
}
