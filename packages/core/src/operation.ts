import type { AnswerCheck } from './answer-check.ts';
import type { RequestCheck } from './request-check.ts';
import { unwritableIn } from './wire-request.ts';

/** One endpoint of a vendor, as data. There is one for each, in the file of its resource. */
export interface Operation<Input, Answer, Result = Answer> {
  /** The method's name on the client, such as `compose.createToken`. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the base URL. `{name}` is filled from the input's field of that name, a string or a number. */
  readonly path: `/${string}`;
  /**
   * How the call proves who it is: with the client's API key, with nothing, or with the token in the named field
   * of the input, sent as a Bearer token.
   */
  readonly credential: 'api_key' | 'none' | { readonly bearer: keyof Input & string };
  /**
   * Where the input's fields go that are neither in the path nor the credential. A query takes strings, numbers,
   * booleans and lists of them, of which each element repeats the name: `ids=a&ids=b`.
   */
  readonly sends: 'json' | 'query' | 'nothing';
  /**
   * `safe`: repeating it costs nothing. `unsent-only`: it starts something billed or creates something, so it is
   * repeated only when the vendor cannot have acted on it.
   */
  readonly repeat: 'safe' | 'unsent-only';
  /** The vendor's document that describes it. */
  readonly documentation: string;
  /** With the rules of where its fields go, once the operation is defined: what passes it can be sent. */
  readonly request: RequestCheck<Input>;
  /** What a success must hold; `answerNothing` where the success is all, as of most that answer with 204. */
  readonly answer: AnswerCheck<Answer>;
  /** Makes the method's result of the answer. Without it the result is the answer itself. */
  readonly result?: (answer: Answer, context: AnswerContext) => Result;
}

/** What an answer says beside its body. */
export interface AnswerContext {
  /** When the vendor answered, by its own `Date` header, else by this machine's clock. */
  readonly date: Date;
}

/** What makes the result must be there where the answer is no `Result` by itself. */
type Making<Answer, Result> = [Answer] extends [Result]
  ? unknown
  : Required<Pick<Operation<never, Answer, Result>, 'result'>>;

/**
 * Declares an operation. The types must be those that its checks infer, to the letter.
 *
 * @throws TypeError for a path that does not begin with a slash: `m/x` below `https://api.acme.co` would go to
 *   `https://api.acme.com/x`, key and all
 */
export function defineOperation<Input, Answer, Result = Answer>(
  operation: Operation<Input, Answer, Result> & Making<Answer, Result>,
): Operation<Input, Answer, Result> {
  if (!operation.path.startsWith('/')) {
    throw new TypeError(
      `the path of the operation ${operation.id} must begin with "/", not "${operation.path}"`,
    );
  }
  return Object.freeze<Operation<Input, Answer, Result>>({
    ...operation,
    request: checkOf(operation),
  });
}

/** The check of a request that also refuses what cannot be written where the operation sends it. */
function checkOf<Input, Answer, Result>(operation: Operation<Input, Answer, Result>): RequestCheck<Input> {
  const { issuesOf, '~standard': standard } = operation.request;
  return {
    issuesOf: (value) => {
      const issues = issuesOf(value);
      return issues.length > 0 ? issues : unwritableIn(operation, value);
    },
    '~standard': {
      ...standard,
      validate: (value) => {
        const result = standard.validate(value);
        if (result.issues !== undefined) return result;
        const issues = unwritableIn(operation, result.value);
        return issues.length === 0
          ? result
          : { issues: issues.map(({ path, message }) => ({ path: [path], message })) };
      },
    },
  };
}
