import { expect, test } from 'vitest';
import { isOutage, wordIn } from './redis-trouble.ts';

const reply = (message: string): Error => Object.assign(new Error(message), { name: 'ReplyError' });

test.each<[version: string, said: string]>([
  ['any, outside of a script', "NOPERM this user has no permissions to run the 'hset' command"],
  [
    '6, a command',
    "ERR Error running script (call to f_5dd): @user_script:5: @user_script: 5: The user executing the script can't run this command or subcommand",
  ],
  [
    '7.0, a command',
    "ERR The user executing the script can't run this command or subcommand script: 5dd, on @user_script:5.",
  ],
  [
    '7.0, a key',
    "ERR The user executing the script can't access at least one of the keys mentioned in the command arguments script: 5dd, on @user_script:5.",
  ],
  [
    '7.2, a command',
    "ERR ACL failure in script: User app has no permissions to run the 'hset' command script: 5dd, on @user_script:5.",
  ],
])('a right that is lacking is an outage (Redis %s)', (_version, said) => {
  expect([isOutage(reply(said)), wordIn(reply(said))]).toEqual([true, 'NOPERM']);
});

test.each([
  'ERR value is not an integer or out of range',
  'ERR Error running script (call to f_5dd): @user_script:5: user_script:5: attempt to compare number with nil',
  'WRONGTYPE Operation against a key holding the wrong kind of value script: 5dd, on @user_script:5.',
])('what is our own fault is none: %s', (said) => {
  expect(isOutage(reply(said))).toBe(false);
});
