import type { Dialect } from './contender.ts';
import type { Reply } from './fault-server.ts';

/** A whole answer. */
export function answer(
  status: number,
  body: string,
  contentType: string,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return (response) => {
    response.writeHead(status, {
      'content-type': contentType,
      'content-length': Buffer.byteLength(body),
      ...headers,
    });
    response.end(body);
  };
}

/** The success that the contender's vendor promises. */
export function succeed({ success, contentType }: Dialect): Reply {
  return answer(200, success(), contentType);
}

/** A failure in the words of the contender's vendor. */
export function fail({ failure, contentType }: Dialect, status: number): Reply {
  return answer(status, failure, contentType);
}

/** Never answers. */
export const hang: Reply = () => undefined;

/** Resets the connection instead of answering. */
export const reset: Reply = (response) => {
  response.socket?.resetAndDestroy();
};

/** Begins a success and goes silent. */
export function stall({ success, contentType }: Dialect): Reply {
  return (response) => {
    response.writeHead(200, { 'content-type': contentType });
    response.write(success().slice(0, 20));
  };
}

/** Begins a success and adds one byte a second to it, for ever. */
export function trickle({ success, contentType }: Dialect): Reply {
  return (response) => {
    response.writeHead(200, { 'content-type': contentType });
    response.write(success().slice(0, 20));
    const timer = setInterval(() => response.write('0'), 1_000);
    response.on('close', () => {
      clearInterval(timer);
    });
  };
}
