/** True when two types are the same to the letter, an optional field too many or too few included. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- TypeScript compares the two conditions for identity only through a parameter
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/**
 * Demanded of a schema beside being one: that it infers exactly the type that was written by hand. Public types are
 * written by hand, so that an editor shows their documentation, and this is what keeps them honest.
 */
export type Agreement<Inferred, Written> =
  Same<Inferred, Written> extends true
    ? unknown
    : { readonly 'the schema and the written type differ': never };
