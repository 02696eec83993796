import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Vendor } from '../vendor.ts';
import { closed } from './closed.ts';
import type { OperationObject } from './openapi.ts';
import { contracts, findOperation } from './operations.ts';
import { object, type Schema } from './schema.ts';

/** The parts of a request that a contract speaks of; `undefined` is the same as absent. */
export interface RequestParts {
  readonly body?: unknown;
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  readonly path?: Readonly<Record<string, unknown>> | undefined;
}

/** One violation, located as FastAPI locates it: `['body', 'voice_agent', 'id']`. */
export interface Violation {
  readonly location: readonly (string | number)[];
  readonly keyword: string;
  readonly message: string;
}

const ajv = new Ajv2020({
  allErrors: true,
  verbose: true,
  strict: true,
  // A cap on a string's length may stand without a type, and a condition may ask for what its parent defines.
  strictTypes: false,
  strictRequired: false,
  formats: { uuid: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i },
});
ajv.addVocabulary(['x-rule', 'components']);

const compiled = new Map<string, ValidateFunction>();

/** `schema` of `vendor`'s contract, compiled at first use under `name`; closed: without unknown fields. */
function validator(vendor: Vendor, name: string, schema: Schema, mode: 'open' | 'closed'): ValidateFunction {
  const key = `${vendor} ${name} ${mode}`;
  const known = compiled.get(key);
  if (known) return known;
  const components = { schemas: contracts[vendor].components.schemas };
  const whole = { ...schema, components };
  const made = ajv.compile(mode === 'open' ? whole : closed(whole));
  compiled.set(key, made);
  return made;
}

function errorsOf(validate: ValidateFunction, value: unknown): readonly ErrorObject[] {
  return validate(value) ? [] : (validate.errors ?? []);
}

const wrappers = new Set(['if', 'propertyNames']);

/** Ajv reports every branch of an anyOf beside the anyOf itself; only the latter is a statement. */
function withoutNoise(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const choices = errors.filter((error) => error.keyword === 'anyOf').map((error) => error.instancePath);
  const inChoice = (path: string): boolean =>
    choices.some((choice) => path === choice || path.startsWith(`${choice}/`));
  return errors.filter(
    (error) => !wrappers.has(error.keyword) && (error.keyword === 'anyOf' || !inChoice(error.instancePath)),
  );
}

function segments(pointer: string): readonly (string | number)[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function messageOf(error: ErrorObject): string {
  const rule = (error.parentSchema as Schema | undefined)?.['x-rule'];
  if (rule !== undefined && (error.keyword === 'anyOf' || error.keyword === 'not')) return rule;
  if (error.keyword === 'required') return 'Field required';
  if (error.keyword === 'enum')
    return `must be one of ${(error.params['allowedValues'] as readonly unknown[]).join(', ')}`;
  if (error.propertyName !== undefined) return `a name ${error.message ?? 'is invalid'}`;
  return error.message ?? 'is invalid';
}

function violation(part: string, error: ErrorObject): Violation {
  const missing = error.keyword === 'required' ? [String(error.params['missingProperty'])] : [];
  return {
    location: [part, ...segments(error.instancePath), ...missing],
    keyword: error.keyword,
    message: messageOf(error),
  };
}

function judge(part: string, validate: ValidateFunction, value: unknown): readonly Violation[] {
  const all = withoutNoise(errorsOf(validate, value)).map((error) => violation(part, error));
  const unique = new Map(all.map((one) => [`${one.location.join('\0')}\0${one.message}`, one]));
  return [...unique.values()];
}

/** Query and path travel as text; a whole number in an integer's place is that number. */
function asSent(
  operation: OperationObject,
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const integers = new Set(
    operation.parameters?.filter(({ schema }) => schema.type === 'integer').map(({ name }) => name),
  );
  const sent = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    sent.map(([name, value]) => {
      const text = asText(value);
      return [name, integers.has(name) && /^[+-]?\d+$/.test(text) ? Number(text) : text];
    }),
  );
}

/** As URLSearchParams would write it; an object has no text worth keeping. */
const asText = (value: unknown): string =>
  typeof value === 'object' && value !== null ? '[object Object]' : String(value);

function parametersSchema(operation: OperationObject, part: 'query' | 'path'): Schema {
  const mine = (operation.parameters ?? []).filter((parameter) => parameter.in === part);
  return object(
    Object.fromEntries(mine.map(({ name, schema }) => [name, schema])),
    mine.filter(({ required }) => required).map(({ name }) => name),
  );
}

/** What of a request breaks the vendor's contract; the body as parsed, `undefined` when there was none. */
export function violations(vendor: Vendor, name: string, request: RequestParts): readonly Violation[] {
  const operation = findOperation(vendor, name);
  if (!operation) throw new RangeError(`${vendor} has no operation ${name}`);
  const parameters = (['path', 'query'] as const).flatMap((part) => {
    const validate = validator(vendor, `${name} ${part}`, parametersSchema(operation, part), 'open');
    return judge(part, validate, asSent(operation, request[part] ?? {}));
  });
  return [...parameters, ...bodyViolations(vendor, operation, request.body)];
}

function bodyViolations(vendor: Vendor, operation: OperationObject, body: unknown): readonly Violation[] {
  const { requestBody, operationId } = operation;
  if (!requestBody) return [];
  if (body === undefined) {
    if (!requestBody.required) return [];
    return [{ location: ['body'], keyword: 'required', message: 'Field required' }];
  }
  const { schema } = requestBody.content['application/json'];
  return judge('body', validator(vendor, operationId, schema, 'open'), body);
}

/** The fields of an accepted request that the contract does not know, and the vendor therefore swallows. */
export function swallowedFields(vendor: Vendor, name: string, request: RequestParts): readonly string[] {
  const operation = findOperation(vendor, name);
  if (!operation) return [];
  const known = new Set(operation.parameters?.filter((one) => one.in === 'query').map((one) => one.name));
  const inQuery = Object.keys(request.query ?? {}).filter((field) => !known.has(field));
  return [...inQuery.map((field) => `query.${field}`), ...swallowedInBody(vendor, operation, request.body)];
}

function swallowedInBody(vendor: Vendor, operation: OperationObject, body: unknown): readonly string[] {
  if (body === undefined) return [];
  if (!operation.requestBody) return ['body'];
  const { schema } = operation.requestBody.content['application/json'];
  const errors = errorsOf(validator(vendor, operation.operationId, schema, 'closed'), body);
  return errors
    .filter((error) => error.keyword === 'additionalProperties')
    .map((error) =>
      ['body', ...segments(error.instancePath), String(error.params['additionalProperty'])].join('.'),
    );
}

/** What of an answer breaks the vendor's contract: the sandbox's own tests hold its answers to it. */
export function answerViolations(
  vendor: Vendor,
  name: string,
  status: number,
  body: unknown,
): readonly Violation[] {
  const schema = findOperation(vendor, name)?.responses[String(status)]?.content?.['application/json'].schema;
  if (!schema) throw new RangeError(`${vendor} ${name} documents no body for ${status}`);
  return judge('body', validator(vendor, `${name} ${status}`, schema, 'open'), body);
}
