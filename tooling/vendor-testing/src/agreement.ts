import { checkRequest, type Operations, type RequestParts, type Vendor } from '@org/sandbox/contracts';
import * as fc from 'fast-check';
import { broken } from './broken.ts';

/** What a client says is wrong with a request. */
interface Issue {
  readonly path: string;
  readonly message: string;
}

/** Where a client's check is stricter than the vendor's document, on purpose. */
export interface Deviation {
  /** The field, as the README's table names it. */
  readonly field: string;
  /** What the client demands. */
  readonly rule: string;
  /** Why. */
  readonly reason: string;
  /** Whether it is this deviation that made the client refuse. */
  readonly explains: (issue: Issue) => boolean;
}

/** One operation's request, and who judges it. */
export interface Subject<V extends Vendor> {
  readonly vendor: V;
  readonly operation: Operations[V];
  /** The client's own check. */
  readonly check: { readonly issuesOf: (value: unknown) => readonly Issue[] };
  /** Inputs that break no rule. */
  readonly valid: fc.Arbitrary<unknown>;
  readonly deviations: readonly Deviation[];
  /** Where an input's fields go on the wire; into the body unless told. */
  readonly parts?: (input: unknown) => RequestParts;
}

/** What was seen. */
export interface Agreement {
  /** Valid inputs that both accepted. */
  readonly accepted: number;
  /** Broken inputs that the document refuses, and the client too. */
  readonly refused: number;
  /** Inputs that only a named deviation refuses. */
  readonly deviating: number;
}

/** Enough broken ones are left after those that a change happened to leave valid. */
const RUNS_VALID = 1_000;
const RUNS_BROKEN = 4_000;

/**
 * Shows generated inputs to the client's check and to the vendor's contract. They must say the same, or a named
 * deviation must be why not. Throws fast-check's report, with its seed and a shrunken counterexample.
 */
export function agreement<V extends Vendor>(subject: Subject<V>): Agreement {
  const seed = Date.now() & 0x7fffffff;
  console.info(`${subject.vendor} ${subject.operation}: seed ${seed}`);
  let accepted = 0;
  fc.assert(
    fc.property(subject.valid, (input) => {
      const { ours, theirs } = judge(subject, input);
      if (ours.length > 0 || theirs.length > 0) throw disagreement(input, ours, theirs);
      accepted++;
    }),
    { numRuns: RUNS_VALID, seed },
  );
  let refused = 0;
  let deviating = 0;
  fc.assert(
    fc.property(broken(subject.valid), (input) => {
      const { ours, theirs } = judge(subject, input);
      if (theirs.length > 0 && ours.length > 0) refused++;
      else if (ours.length > 0 && ours.every((issue) => isExplained(subject, issue))) deviating++;
      else if (ours.length !== theirs.length) throw disagreement(input, ours, theirs);
    }),
    { numRuns: RUNS_BROKEN, seed },
  );
  return { accepted, refused, deviating };
}

function judge<V extends Vendor>(
  { vendor, operation, check, parts }: Subject<V>,
  input: unknown,
): { ours: readonly Issue[]; theirs: readonly Issue[] } {
  const request = parts === undefined ? { body: input } : parts(input);
  return { ours: check.issuesOf(input), theirs: checkRequest(vendor, operation, request) };
}

function isExplained<V extends Vendor>({ deviations }: Subject<V>, issue: Issue): boolean {
  return deviations.some((deviation) => deviation.explains(issue));
}

function disagreement(input: unknown, ours: readonly Issue[], theirs: readonly Issue[]): Error {
  const said = (issues: readonly Issue[]): string =>
    issues.length === 0 ? 'accepts' : JSON.stringify(issues);
  return new Error(`for ${JSON.stringify(input)} the client ${said(ours)} and the document ${said(theirs)}`);
}
