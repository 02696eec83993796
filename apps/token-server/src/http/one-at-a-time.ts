import type { RequestListener } from 'node:http';

/**
 * Lets a connection have one request under way. Who sends the next before the answer is cut off, which undoes the first
 * one, too: browsers, proxies and Node's own clients never do. Of a response that waits behind another one, Node tells
 * only since 24 that its caller has gone: before, a session would be granted to nobody, and nothing of it let go.
 */
export function oneAtATime(listener: RequestListener): RequestListener {
  return (request, response) => {
    if (response.socket === null) request.socket.destroy();
    else listener(request, response);
  };
}
