import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { swallowedFields, violations } from '../contracts/check.ts';
import { findOperation } from '../contracts/operations.ts';
import type { Clock } from '../control/clock.ts';
import type { Fault, Faults, StatusFault } from '../control/faults.ts';
import type { RawEntry } from '../control/journal.ts';
import type { Vendor } from '../vendor.ts';
import type { Dialect, Handler, VendorEmulation } from '../vendors/emulation.ts';
import type { Answer } from '../wire/answer.ts';
import type { RealtimeRequest } from '../wire/upgrade.ts';
import { parseJson, readBody, type ParsedBody, type ReadBody } from './body.ts';
import { corsHeaders, preflightHeaders } from './cors.ts';
import { credentialOf } from './credential.ts';
import { methodsAt, route, type Route } from './route.ts';
import { send } from './send.ts';
import type { Target } from './target.ts';

/** What it takes of the sandbox to serve a vendor’s requests. */
export interface RequestContext {
  readonly vendors: { readonly [V in Vendor]: VendorEmulation<V> };
  readonly faults: Faults;
  readonly clock: Clock;
  /** Puts a request into the journal when it arrives; what it returns completes the entry. */
  readonly record: (arrived: RawEntry) => (status: number, notes: readonly string[]) => void;
  /** Aborted when the sandbox closes. */
  readonly closing: AbortSignal;
  /** Aborted by the next reset, and when the sandbox closes. */
  readonly nextReset: () => AbortSignal;
}

interface Arrival {
  readonly vendor: Vendor;
  readonly request: IncomingMessage;
  readonly target: Target;
  readonly body: ReadBody;
  readonly json: ParsedBody;
}

interface Outcome {
  readonly answer: Answer;
  readonly notes: readonly string[];
}

/** Serves one request to one vendor, from its path to the last byte of its answer. */
export async function serveVendor(
  context: RequestContext,
  vendor: Vendor,
  target: Target,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { browserCredentials } = context.vendors[vendor];
  const cors = corsHeaders(browserCredentials, request.headers.origin);
  const methods = methodsAt(vendor, target.path);
  const seen = seenOf(context, vendor, target, request);
  if (request.method === 'OPTIONS' && methods.length > 0) {
    context.record(seen)(204, []);
    await send(response, { status: 204, headers: { ...cors, ...preflightHeaders(methods) } });
    return;
  }
  const realtimeAnswer =
    request.method === 'GET'
      ? await context.vendors[vendor].realtimeGet?.(realtimeRequestOf(vendor, target, request))
      : undefined;
  if (realtimeAnswer) {
    context.record(seen)(realtimeAnswer.status, []);
    await send(response, { ...realtimeAnswer, headers: { ...cors, ...realtimeAnswer.headers } });
    return;
  }
  const found = route(vendor, request.method ?? '', target.path);
  const body = await readBody(request);
  const json = parseJson(body, request.headers['content-type']);
  const fault = 'operation' in found ? context.faults.strike(vendor, found.operation.operation) : undefined;
  const complete = context.record({
    ...seen,
    ...('operation' in found && { operation: found.operation.operation }),
    body: 'value' in json ? json.value : `(${body.bytes} bytes that are not JSON)`,
    bodyBytes: body.bytes,
    notes: faultNotes(fault),
  });
  if (fault) {
    // Whatever a fault holds belongs to the state that a reset ends.
    const signal = context.nextReset();
    breakOn(signal, response);
    if ('delayMs' in fault) await wait(fault.delayMs, undefined, { signal });
  }

  const { answer, notes } = answerTo(context, { vendor, request, target, body, json }, found, fault);
  complete(answer.status, [...faultNotes(fault), ...notes]);
  await send(response, { ...answer, headers: { ...cors, ...answer.headers } }, fault);
}

function breakOn(signal: AbortSignal, response: ServerResponse): void {
  const destroy = (): void => {
    response.destroy();
  };
  signal.addEventListener('abort', destroy);
  response.on('close', () => {
    signal.removeEventListener('abort', destroy);
  });
}

/** A request as it enters the journal, as far as its head tells. */
export function seenOf(
  context: RequestContext,
  vendor: Vendor,
  target: Target,
  request: IncomingMessage,
): RawEntry {
  const { path, query } = target;
  const { method = '', headers } = request;
  return { at: context.clock.now(), vendor, method, path, query, headers, bodyBytes: 0, notes: [] };
}

/** A request as the realtime half sees it. */
export function realtimeRequestOf(
  vendor: Vendor,
  { path, query }: Target,
  request: IncomingMessage,
): RealtimeRequest {
  return { path, query, baseUrl: `http://${request.headers.host ?? ''}/${vendor}` };
}

function answerTo(
  context: RequestContext,
  arrival: Arrival,
  found: Route,
  fault: Fault | undefined,
): Outcome {
  const { dialect } = context.vendors[arrival.vendor];
  if ('refused' in found) return { answer: dialect.noRoute(found.refused), notes: [] };
  const { operation } = found.operation;
  if (fault && 'status' in fault) return { answer: faultAnswer(dialect, operation, fault), notes: [] };
  if (fault && 'redirect' in fault) {
    return { answer: { status: 307, headers: { location: new URL(fault.redirect).href } }, notes: [] };
  }
  if (arrival.body.tooLarge) return { answer: dialect.problem(operation, 413), notes: [] };
  const { answer, swallowed } = operate(context, arrival, found);
  const noted = answer.note === undefined ? [] : [answer.note];
  // The journal keeps the first notes, and the fields can be many.
  return { answer, notes: [...noted, ...swallowed.map((field) => `swallowed: ${field}`)] };
}

/** In the vendor's own words and headers unless the fault brings some; below 400 a vendor's would be a lie. */
function faultAnswer(dialect: Dialect, operation: string, { status, headers, body }: StatusFault): Answer {
  const own = status < 400 ? undefined : dialect.problem(operation, status);
  return { status, headers: headers ?? own?.headers ?? {}, body: body === undefined ? own?.body : body };
}

const faultNotes = (fault: Fault | undefined): readonly string[] =>
  fault ? [`fault: ${Object.entries(fault).map(faultText).join(', ')}`] : [];

/** A fault's own body and headers may be long, and are the test's own. */
const faultText = ([field, value]: [string, unknown]): string =>
  field === 'body' || field === 'headers'
    ? field
    : `${field} ${typeof value === 'number' ? value : JSON.stringify(value)}`;

/** The operation itself, behind the credential and the contract. */
function operate(
  context: RequestContext,
  { vendor, request, target, json }: Arrival,
  found: Extract<Route, { operation: unknown }>,
): { answer: Answer; swallowed: readonly string[] } {
  const emulation = context.vendors[vendor];
  const { operation } = found.operation;
  const credential = credentialOf(vendor, operation, request.headers);
  const given = credential === 'none' ? undefined : credential;
  if (credential === undefined || (given && !emulation.accepts(operation, given))) {
    return { answer: emulation.dialect.unauthorized(operation, given), swallowed: [] };
  }
  // Where no body is asked for, nobody looks at one.
  const { requestBody } = findOperation(vendor, operation) ?? {};
  if ('problem' in json && requestBody) {
    const violation = { location: ['body'], keyword: 'json', message: json.problem };
    return { answer: emulation.dialect.invalid([violation]), swallowed: [] };
  }
  const body = 'value' in json ? json.value : json.problem;
  const parts = { body, query: target.query, path: found.path };
  const broken = violations(vendor, operation, parts);
  if (broken.length > 0) return { answer: emulation.dialect.invalid(broken), swallowed: [] };

  const handlers: Readonly<Record<string, Handler>> = emulation.handlers;
  const answer = handlers[operation]?.({
    credential: given,
    // Where a body may be absent, the contract leaves none of its fields required.
    body: (body ?? requestBody?.content['application/json'].schema.default ?? {}) as Record<string, unknown>,
    query: target.query,
    path: found.path,
    baseUrl: `http://${request.headers.host ?? ''}/${vendor}`,
  });
  return {
    answer: answer ?? emulation.dialect.problem(operation, 500),
    swallowed: swallowedFields(vendor, operation, parts),
  };
}
