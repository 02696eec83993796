import { fastApiSchemas } from './fastapi.ts';
import { answer, json, type OpenApiDocument } from './openapi.ts';
import { array, boolean, integer, nullableString, object, ref, string, uuid, type Schema } from './schema.ts';

const schemas: Readonly<Record<string, Schema>> = {
  StartStreamingSessionRequest: object(
    {
      faceId: string,
      apiVersion: { type: 'string', const: 'v2' },
      sessionAggregator: nullableString,
      handleSilence: { ...boolean, default: true },
      maxSessionLength: { ...integer, default: 3600 },
      maxIdleTime: { ...integer, default: 300 },
      startFrame: { ...integer, default: 0 },
      audioInputFormat: { ...string, default: 'pcm16' },
    },
    ['faceId'],
  ),
  LiveKitInitializationRequest: object(
    { session_token: string, livekit_token: string, livekit_url: string },
    ['session_token', 'livekit_token', 'livekit_url'],
  ),
  Failure: object({ session_token: { ...string, description: 'FAIL TOKEN' }, detail: string }),
  Error: object({ error: string, code: string }, ['error']),
  ...fastApiSchemas,
};

const invalid = answer('Validation Error', ref('HTTPValidationError'));

/** Simli's operations, from its OpenAPI pages. No document gives any integer a range. */
export const simli: OpenApiDocument = {
  openapi: '3.1.0',
  info: { title: 'Simli', version: '1.0.0', description: 'As the vendor documents it.' },
  servers: [{ url: 'https://api.simli.ai' }],
  security: [{ ApiKeyAuth: [] }],
  paths: {
    '/compose/token': {
      post: {
        operationId: 'compose.createToken',
        summary: 'Compose Session Token',
        requestBody: { required: true, content: json(ref('StartStreamingSessionRequest')) },
        responses: {
          200: answer('Successful Response', object({ session_token: string }, ['session_token'])),
          400: answer('Invalid Data', ref('Failure')),
          422: invalid,
        },
      },
    },
    '/compose/ice': {
      get: {
        operationId: 'compose.listIceServers',
        summary: 'ICE servers for a peer-to-peer session',
        responses: {
          200: answer(
            'Successful Response',
            array(
              object({ urls: string, username: string, credential: string }, [
                'urls',
                'username',
                'credential',
              ]),
            ),
          ),
          422: invalid,
        },
      },
    },
    '/integrations/livekit/agents': {
      post: {
        operationId: 'livekit.startAgentsSession',
        summary: 'Start Livekit Agents Session',
        // No key: the session token in the body is the whole credential.
        security: [],
        requestBody: { required: true, content: json(ref('LiveKitInitializationRequest')) },
        responses: {
          200: answer(
            'Successful Response',
            object({ status: string, session_id: uuid, destination: string }, [
              'status',
              'session_id',
              'destination',
            ]),
          ),
          400: answer('Session Failed', ref('Error')),
          422: invalid,
        },
      },
    },
  },
  components: {
    schemas,
    securitySchemes: { ApiKeyAuth: { type: 'apiKey', in: 'header', name: 'x-simli-api-key' } },
  },
};
