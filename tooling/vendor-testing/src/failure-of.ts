/** The error that a call must fail with, told by the client's own `isAvatarError`. */
export async function failureOf<Failure>(
  call: Promise<unknown>,
  isExpected: (value: unknown) => value is Failure,
): Promise<Failure> {
  const outcome: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (isExpected(outcome)) return outcome;
  throw new Error(outcome === undefined ? 'the call succeeded' : 'the call failed with another error', {
    cause: outcome,
  });
}
