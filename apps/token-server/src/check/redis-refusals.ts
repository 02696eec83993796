import { LONGEST_REDIS_QUOTE } from '../config/constants.ts';
import { isReply, wordIn } from '../state/redis-trouble.ts';
import { codeOf, isUntrusted, NO_ANSWER, UNTRUSTED } from './no-answer.ts';
import type { Finding, Level } from './finding.ts';

type Reading = readonly [said: RegExp, level: Level, mending: string];

/** What Redis says when it refuses, and how to mend it. Its word is not always the first, or in what it says at all. */
const REFUSALS: readonly Reading[] = [
  [
    /WRONGPASS|invalid password/,
    'wrong',
    'refuses the user or the password: correct them in the URL, with a "%", "@", ":" or "/" in them percent-encoded',
  ],
  [/NOAUTH/, 'wrong', 'asks for a password, and the URL has none: write redis://user:password@host:port'],
  [
    /NOPERM/,
    'wrong',
    'does not let this user do what the server must: allow it +@all -@dangerous +info, on the keys of REDIS_PREFIX',
  ],
  [/READONLY/, 'wrong', 'is a replica, where nothing can be written: name the primary'],
  [
    /^database /,
    'wrong',
    'has not the database of that number: correct what follows the last "/" in the URL, or leave it out',
  ],
  [/OOM/, 'wrong', 'is full: give it a larger maxmemory'],
  [/MISCONF/, 'wrong', 'takes no writes, since it cannot write to its disk: see its log'],
  [/MOVED/, 'wrong', 'is a node of a cluster that has not the slot of REDIS_PREFIX: name the one that has'],
  [
    /LOADING|BUSY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|max number of clients/,
    'unanswered',
    'answers nobody just now: try again',
  ],
];

const OUT_OF_REACH: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND'],
  ...['EAI_AGAIN', NO_ANSWER],
]);

/** Why Redis could not be asked, or what it answered instead. */
export function redisRefusal(error: Error): Finding {
  const where = 'REDIS_URL';
  if (isReply(error)) {
    const [, level = 'wrong', mending = 'refuses'] =
      REFUSALS.find(([said]) => said.test(`${wordIn(error) ?? ''} ${error.message}`)) ?? [];
    return { level, where, message: `${mending} (${wordsOf(error)})` };
  }
  const code = codeOf(error);
  if (isUntrusted(code)) return { level: 'wrong', where, message: `${UNTRUSTED} (${code})` };
  return OUT_OF_REACH.has(code)
    ? {
        level: 'unanswered',
        where,
        message: `cannot be reached: look at the host, the port and the network (${code})`,
      }
    : { level: 'wrong', where, message: `cannot be spoken to: look at what it asks of TLS (${code})` };
}

/** The first sentence, without the script it was said to, or the arguments of an unknown command: they may be a password. */
function wordsOf({ message }: Error): string {
  return (message.split(/, with args| script: |\. /)[0] ?? '').slice(0, LONGEST_REDIS_QUOTE);
}
