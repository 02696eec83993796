import type { IncomingMessage, ServerResponse } from 'node:http';
import { control, type Controls } from '../control/api.ts';
import type { Answer } from '../wire/answer.ts';
import { parseJson, readBody } from './body.ts';
import { send } from './send.ts';

/** The prefix of the control API. */
export const CONTROL_PREFIX = '_sandbox';

/** Serves one request to the control API; never one that a web page made. */
export async function serveControl(
  controls: Controls,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  await send(response, await answerTo());

  async function answerTo(): Promise<Answer> {
    const { origin, 'sec-fetch-site': site = 'none' } = request.headers;
    if (origin !== undefined || site !== 'none') {
      return { status: 403, body: { error: 'origin: a web page may not control the sandbox' } };
    }
    if (body.tooLarge) return { status: 413, body: { error: 'body: is too large' } };
    const json = parseJson(body, request.headers['content-type']);
    if ('problem' in json) return { status: 400, body: { error: `body: ${json.problem}` } };
    return control(controls, { method: request.method ?? '', path, body: json.value });
  }
}
