/** What Redis says when it answers nobody, or takes no writes. What else it says of a command is our own fault. */
const OUTAGES: readonly (string | undefined)[] = [
  ...['LOADING', 'BUSY', 'MASTERDOWN', 'CLUSTERDOWN', 'TRYAGAIN', 'MOVED'],
  ...['READONLY', 'OOM', 'MISCONF', 'NOREPLICAS'],
  ...['NOAUTH', 'WRONGPASS', 'NOPERM'],
];

/** The word that an error begins with. Before Redis 7 one inside a script begins with where that was. */
const WORD = /^(?:ERR Error running script .*: -)?([A-Z]+) /;

/** A right that is lacking inside a script, in the words of Redis 6 to 7.0 and of those after it. */
const MAY_NOT = /^ERR .*(?:The user executing the script can't|ACL failure in script: )/;

/** Whether it is about Redis, and not about what it was asked. */
export function isOutage(error: unknown): boolean {
  return !isReply(error) || OUTAGES.includes(wordIn(error));
}

/** What is wrong, in the one word that may be logged: a whole message could quote the URL or the password. */
export function wordIn(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (isReply(error)) {
    if (MAY_NOT.test(error.message)) return 'NOPERM';
    const [, word] = WORD.exec(error.message) ?? [];
    return word === 'ERR' && commandOf(error) === 'select' ? 'database' : word;
  }
  if ('code' in error && typeof error.code === 'string') return error.code;
  return /timeout|timed out/i.test(error.message) ? 'timeout' : undefined;
}

/** Whether Redis itself said no, and not the network. */
export function isReply(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}

/** The name of the command that Redis said no to. */
function commandOf(error: Error & { readonly command?: { readonly name?: unknown } }): unknown {
  return error.command?.name;
}
