import {
  answerCheck,
  answerObject,
  answerOptional,
  defineOperation,
  requestCheck,
  type Caller,
  type CallOptions,
  type Operation,
} from '@org/core';
import * as z from 'zod/mini';

/** Simli's `StartStreamingSessionRequest`, field by field. */
export interface CreateTokenInput {
  /** The face; for a Trinity face also `faceId/emotionId`. Not empty. */
  faceId: string;
  /** With `v2`, Simli checks that the face exists before it mints. */
  apiVersion?: 'v2' | undefined;
  /** A label that groups sessions of one end user in Simli's history. */
  sessionAggregator?: string | null | undefined;
  /** Whether the face moves while no audio comes. Simli's default: `true`. */
  handleSilence?: boolean | undefined;
  /** The session's longest life, in seconds. Simli's default: 3600, so set it: nothing else ends a forgotten session. */
  maxSessionLength?: number | undefined;
  /** How long the session lives without audio, in seconds. Simli's default: 300. */
  maxIdleTime?: number | undefined;
  /** The frame that the idle animation starts at. Simli's default: 0. */
  startFrame?: number | undefined;
  /** The format of the audio that the browser will send. Simli's default: `pcm16` (16 kHz, mono). */
  audioInputFormat?: string | undefined;
}

/** What Simli promises for a token. */
export interface CreateTokenAnswer {
  /** The whole credential of one session: whoever has it can start the session without the key. */
  session_token: string;
}

/** {@link Compose.listIceServers} takes no fields. */
export type ListIceServersInput = Record<string, never>;

/** One entry of a browser's `RTCConfiguration.iceServers`. */
export interface IceServer {
  urls: string | string[];
  username?: string | undefined;
  credential?: string | undefined;
}

const createTokenRequest = requestCheck<CreateTokenInput>()(
  z.strictObject({
    faceId: z.string().check(z.minLength(1)),
    apiVersion: z.optional(z.literal('v2')),
    sessionAggregator: z.optional(z.nullable(z.string())),
    handleSilence: z.optional(z.boolean()),
    maxSessionLength: z.optional(z.int()),
    maxIdleTime: z.optional(z.int()),
    startFrame: z.optional(z.int()),
    audioInputFormat: z.optional(z.string()),
  }),
);

const createTokenAnswer = answerCheck<CreateTokenAnswer>()(
  answerObject({ session_token: z.string().check(z.minLength(1)) }),
);

/** POST /compose/token */
export const createToken: Operation<CreateTokenInput, CreateTokenAnswer> = defineOperation({
  id: 'compose.createToken',
  method: 'POST',
  path: '/compose/token',
  credential: 'api_key',
  sends: 'json',
  repeat: 'safe',
  documentation: 'https://docs.simli.com, Compose Session Token',
  request: createTokenRequest,
  answer: createTokenAnswer,
});

const listIceServersRequest = requestCheck<ListIceServersInput>()(z.record(z.string(), z.never()));

const listIceServersAnswer = answerCheck<IceServer[]>()(
  z.array(
    answerObject({
      urls: z.union([z.string(), z.array(z.string())]),
      username: answerOptional(z.string()),
      credential: answerOptional(z.string()),
    }),
  ),
);

/** GET /compose/ice */
export const listIceServers: Operation<ListIceServersInput, IceServer[]> = defineOperation({
  id: 'compose.listIceServers',
  method: 'GET',
  path: '/compose/ice',
  credential: 'api_key',
  sends: 'nothing',
  repeat: 'safe',
  documentation: 'https://api.simli.ai/openapi.yaml, GET /compose/ice',
  request: listIceServersRequest,
  answer: listIceServersAnswer,
});

/** Session tokens, and what a browser needs to use one. */
export class Compose {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /**
   * Mints the token of one session. It starts nothing and costs nothing until a browser uses it.
   *
   * @throws InvalidRequestError for a field that breaks a rule (nothing is sent), or Simli's 400 and 422
   * @throws NotFoundError for a face that Simli does not know, when `apiVersion` is `v2`
   * @throws AvatarError for everything else that may fail
   * @see https://docs.simli.com (Compose Session Token, POST /compose/token)
   */
  createToken(input: CreateTokenInput, options?: CallOptions): Promise<CreateTokenAnswer> {
    return this.#caller.call(createToken, input, options);
  }

  /**
   * The ICE servers that the browser's peer connection needs.
   *
   * @throws AvatarError when Simli cannot be asked, or answers something else
   * @see https://api.simli.ai/openapi.yaml (GET /compose/ice)
   */
  listIceServers(input: ListIceServersInput = {}, options?: CallOptions): Promise<IceServer[]> {
    return this.#caller.call(listIceServers, input, options);
  }
}
