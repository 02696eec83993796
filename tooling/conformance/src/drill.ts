import type { Contender } from './contender.ts';

/** One fault, and how a contender bears it. */
export interface Drill {
  /** The column's head. */
  readonly name: string;
  /** What happens, in a line. */
  readonly does: string;
  /** What is weak, and why. The same for all contenders. */
  readonly weakIf: string;
  readonly run: (contender: Contender) => Promise<Cell>;
}

/** What is written into the scoreboard. */
export interface Cell {
  readonly text: string;
  readonly weak: boolean;
}

export function good(text: string): Cell {
  return { text, weak: false };
}

export function weak(text: string): Cell {
  return { text, weak: true };
}

/** In seconds, as the cells have it. */
export function seconds(milliseconds: number, digits = 1): string {
  return (milliseconds / 1_000).toFixed(digits);
}
