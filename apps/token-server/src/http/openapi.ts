import { Router } from 'express';
import helmet from 'helmet';
import * as z from 'zod/mini';
import { BODY_LIMIT_BYTES, LONGEST_INTENT_KEY } from '../config/constants.ts';
import { VENDOR_NAMES } from '../config/vendor-names.ts';
import { heartbeatSchema, sessionRequestSchema } from './body.ts';
import { docsPage } from './docs-page.ts';
import { methodsAre } from './methods.ts';
import { answerSchemas, type AnswerName } from './openapi-answers.ts';

/** The part of OpenAPI that this server needs. */
export interface OpenApi {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly security: readonly object[];
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly securitySchemes: object;
  };
}
export type PathItem = { readonly [Method in 'get' | 'post' | 'delete']?: Operation } & {
  readonly parameters?: readonly object[];
};
export interface Operation {
  readonly summary: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly object[];
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, Response>>;
}
interface Response {
  readonly description: string;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

const ref = (name: AnswerName): object => ({ $ref: `#/components/schemas/${name}` });
const json = (description: string, schema: object): Response => ({
  description,
  content: { 'application/json': { schema } },
});
const problem: Response = {
  description: 'A problem document; its code says which',
  content: { 'application/problem+json': { schema: ref('Problem') } },
};
const answers = (successes: Operation['responses']): Operation['responses'] => ({
  ...successes,
  default: problem,
});

const id = { name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } };
const intentKey = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'One intent: sent again with it, the request gets the same grant for ten minutes',
  schema: { type: 'string', minLength: 1, maxLength: LONGEST_INTENT_KEY, pattern: '^[\\x21-\\x7e]+$' },
};
const anybody = { security: [{}] };
const text = (description: string, required: boolean): object => ({
  required,
  description,
  content: { 'text/plain': { schema: { type: 'string' } } },
});
const over: Operation['responses'] = {
  204: { description: 'It is over' },
  202: { description: 'It is ending, and counts until that is done' },
};

const paths: OpenApi['paths'] = {
  '/v1/sessions': {
    get: {
      summary: 'The caller’s own sessions that count',
      responses: answers({ 200: json('The sessions, oldest first', ref('Sessions')) }),
    },
    post: {
      summary: 'A grant for one session',
      parameters: [intentKey],
      requestBody: {
        required: true,
        description: `At most ${BODY_LIMIT_BYTES} bytes`,
        content: { 'application/json': { schema: schemaOf(sessionRequestSchema) } },
      },
      responses: answers({ 201: json('The grant', ref('Grant')) }),
    },
  },
  '/v1/sessions/{id}': {
    parameters: [id],
    get: {
      summary: 'One of the caller’s sessions; for ten minutes one that is over',
      responses: answers({ 200: json('The session', ref('Session')) }),
    },
    delete: {
      summary: 'Ends a session',
      responses: answers({
        ...over,
        202: json('It is ending, and counts until that is done', ref('Session')),
      }),
    },
  },
  '/v1/sessions/{id}/heartbeat': {
    parameters: [id],
    post: {
      summary: 'The page is still there; and a session id that only the page learns',
      requestBody: {
        required: false,
        description:
          'What the vendor’s SDK knows the session by: by it the server can try to stop one of Anam’s',
        content: { 'application/json': { schema: schemaOf(heartbeatSchema) } },
      },
      responses: answers({ 200: json('The session', ref('Session')) }),
    },
  },
  '/v1/sessions/{id}/end': {
    parameters: [id],
    post: {
      summary: 'Ends a session, for navigator.sendBeacon(url, grant.endToken)',
      security: [{ bearer: [] }, {}],
      requestBody: text('The grant’s endToken; or nothing, and the caller proves itself', false),
      responses: answers(over),
    },
  },
  '/v1/sessions/{id}/first-frame': {
    parameters: [id],
    post: {
      summary: 'How long the first picture took, for navigator.sendBeacon(url, `${grant.endToken} ${ms}`)',
      ...anybody,
      requestBody: text(
        'The grant’s endToken, a space, and whole milliseconds since the grant was asked for',
        true,
      ),
      responses: answers({ 204: { description: 'It is counted, once for a session that is not over' } }),
    },
  },
  '/v1/presets': {
    get: {
      summary: 'What the caller may ask for',
      responses: answers({ 200: json('The presets', ref('Presets')) }),
    },
  },
  '/healthz': {
    get: {
      summary: 'Whether the process lives',
      ...anybody,
      responses: answers({ 200: json('It does', ref('Status')) }),
    },
  },
  '/readyz': {
    get: {
      summary: 'Whether it takes new work',
      ...anybody,
      responses: answers({ 200: json('It does', ref('Status')), 503: json('It drains', ref('Status')) }),
    },
  },
  '/openapi.json': {
    get: {
      summary: 'This contract',
      ...anybody,
      responses: answers({ 200: json('OpenAPI 3.1', { type: 'object' }) }),
    },
  },
  '/docs': {
    get: {
      summary: 'This contract, to be read',
      ...anybody,
      responses: answers({
        200: { description: 'A page', content: { 'text/html': { schema: { type: 'string' } } } },
      }),
    },
  },
};

/** What the check of bodies checks, as JSON Schema. */
function schemaOf(check: z.ZodMiniType): object {
  const { $schema: _, ...schema } = z.toJSONSchema(check, { io: 'input' });
  return schema;
}

/** The contract: the request by the very check that reads it, the problems by the very list they are answered from. */
export function openApi(version: string): OpenApi {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Token server',
      version,
      description: `Grants sessions of ${VENDOR_NAMES.join(', ')} to callers who may have them.`,
    },
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'A JWT, or a service key' },
      },
      schemas: answerSchemas,
    },
  };
}

/** `GET /openapi.json`, and `GET /docs` for people. */
export function openApiRoutes(version: string): Router {
  const router = Router();
  const document = openApi(version);
  const page = docsPage(document);
  router
    .route('/openapi.json')
    .get((_request, response) => {
      response.json(document);
    })
    .all(methodsAre('GET, HEAD'));
  router
    .route('/docs')
    .get(helmet(), (_request, response) => {
      response.type('html').send(page);
    })
    .all(methodsAre('GET, HEAD'));
  return router;
}
