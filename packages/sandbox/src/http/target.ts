/** What a request line asks for. */
export interface Target {
  /** The first segment: a vendor, or the control API. */
  readonly prefix: string;
  /** The rest, with its leading slash. */
  readonly path: string;
  /** The last of each name. */
  readonly query: Readonly<Record<string, string>>;
}

export function parseTarget(url: string): Target {
  const [whole = '', ...query] = url.split('?');
  const [, prefix = '', ...rest] = whole.split('/');
  return {
    prefix,
    path: `/${rest.join('/')}`,
    query: Object.fromEntries(new URLSearchParams(query.join('?'))),
  };
}
