/** What can go wrong between the page, the token server and the clock; the vendors' own problems are in their files. */
import { DISPLAY_NAMES, type CallState } from './call-state.ts';
import type { Grant } from './grant.ts';
import { Problem, told, type Told } from './problem.ts';
import { clock, elapsed } from './timeline.ts';

export const secondTab = (): Problem =>
  new Problem(
    'second_tab',
    'Another tab of this page has a session already.',
    'Two at once would cost twice and speak over each other.',
  );

export const takenOver = (): Problem =>
  new Problem('taken_over', 'The session went on in another tab.', 'Connect again to have it here.');

export const offline = (cause: unknown): Problem =>
  new Problem('offline', 'This device is offline.', 'Connect again once the network is back.', cause);

export const sdkTimeout = (vendor: string, ms: number): Problem =>
  new Problem(
    'sdk_timeout',
    `${vendor}’s SDK was not loaded within ${ms / 1000} seconds.`,
    'Check the network, then connect again.',
  );

export const connectTimeout = (vendor: string, ms: number): Problem =>
  new Problem(
    'connect_timeout',
    `${vendor} did not answer within ${ms / 1000} seconds.`,
    'Connect again. If it happens each time, look at the vendor’s status page.',
  );

export const timeOver = (ms: number): Problem =>
  new Problem(
    'time_over',
    `The session’s time is over: ${elapsed(ms)}.`,
    'The preset’s cap allows no more. Connect again for another session.',
  );

export const endedByServer = (): Problem =>
  new Problem('session_ended', 'The token server has ended the session.', 'Connect again for another one.');

export const networkLost = (): Problem =>
  new Problem('offline', 'This device lost its network.', 'Connect again once it is back.');

/** Without heartbeats the server takes the page for gone, and ends its session where it can. */
export const unheard = (failure: unknown): Problem => {
  const { code, message, hint } = told(failure);
  return new Problem(code, `The token server took no more heartbeats: ${message}`, hint, failure);
};

export const forgotten = (): Problem =>
  new Problem(
    'session_forgotten',
    'The token server no longer knows this session.',
    'It may have been restarted.',
  );

export const noAnswer = (ms: number): Problem =>
  new Problem('token_server_timeout', `The token server did not answer within ${ms / 1000} seconds.`);

/** The server may have heard of the end all the same; where it has not, only what it can do by itself is promised. */
export const endUnconfirmed = (
  { vendor, capabilities, limits: { heartbeatSeconds } }: Grant,
  { canStop = capabilities.stop, forgotten: isForgotten }: CallState,
  cause: unknown,
): Problem => {
  const silence = heartbeatSeconds === undefined ? 'for a while' : `for ${clock(heartbeatSeconds)}`;
  const name = DISPLAY_NAMES[vendor];
  return new Problem(
    'end_unconfirmed',
    'The token server has not confirmed that the session is over.',
    canStop && !isForgotten
      ? `Where it has not heard of it, it ends the session at ${name} once it has missed this page ${silence}.`
      : `It cannot end this session at ${name} by itself, and may count it until its time is over.`,
    cause,
  );
};

/** An end that the page knows more of than whoever tells it: first what it knows, then what it is told. */
export const ended = (trouble: Told, why: unknown): Problem => {
  const end = told(why);
  const words = [trouble.hint, end.message, end.hint].filter((text) => text !== undefined);
  return new Problem(trouble.code, trouble.message, words.join(' '), why);
};
