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

/** Simli's `LiveKitInitializationRequest`. snake_case, unlike the request that minted the token. */
export interface StartAgentsSessionInput {
  /** From `compose.createToken`. The only proof that this call carries: Simli takes no API key here. */
  session_token: string;
  /** A LiveKit access token with which Simli's avatar joins your room. */
  livekit_token: string;
  /** The LiveKit server, such as `wss://example.livekit.cloud`. */
  livekit_url: string;
}

/** What Simli answers when its avatar is on its way into the room. */
export interface StartAgentsSessionAnswer {
  /** The id of the session that is running, and billed, from now on. */
  session_id: string;
  status?: string | undefined;
  /** Base64, opaque. */
  destination?: string | undefined;
}

const startAgentsSessionRequest = requestCheck<StartAgentsSessionInput>()(
  z.strictObject({
    session_token: z.string().check(z.minLength(1)),
    livekit_token: z.string().check(z.minLength(1)),
    livekit_url: z.string().check(z.minLength(1)),
  }),
);

const startAgentsSessionAnswer = answerCheck<StartAgentsSessionAnswer>()(
  answerObject({
    session_id: z.string().check(z.minLength(1)),
    status: answerOptional(z.string()),
    destination: answerOptional(z.string()),
  }),
);

/** POST /integrations/livekit/agents */
export const startAgentsSession: Operation<StartAgentsSessionInput, StartAgentsSessionAnswer> =
  defineOperation({
    id: 'livekit.startAgentsSession',
    method: 'POST',
    path: '/integrations/livekit/agents',
    credential: 'none',
    sends: 'json',
    repeat: 'unsent-only',
    documentation: 'https://docs.simli.com, Start Livekit Agents Session',
    request: startAgentsSessionRequest,
    answer: startAgentsSessionAnswer,
  });

/** Simli's avatar as a participant of a LiveKit room. */
export class Livekit {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /**
   * Sends Simli's avatar into a LiveKit room. The session is billed from here on, so a call whose outcome is
   * unknown is never made a second time.
   *
   * @throws InvalidRequestError for a field that breaks a rule (nothing is sent), or Simli's 400 and 422
   * @throws AvatarError for everything else that may fail
   * @see https://docs.simli.com (Start Livekit Agents Session, POST /integrations/livekit/agents)
   */
  startAgentsSession(
    input: StartAgentsSessionInput,
    options?: CallOptions,
  ): Promise<StartAgentsSessionAnswer> {
    return this.#caller.call(startAgentsSession, input, options);
  }
}
