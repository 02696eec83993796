/**
 * The checks of the requests as Standard Schema, for validating configuration before a client is made.
 *
 * @module
 */
import type { StandardSchema } from '@org/core';
import {
  keepAlive,
  startSession,
  stopSession,
  type KeepAliveInput,
  type StartSessionInput,
  type StopSessionInput,
} from './session-lifecycle.ts';
import {
  getSession,
  getTranscript,
  listSessions,
  type GetSessionInput,
  type GetTranscriptInput,
  type ListSessionsInput,
} from './session-records.ts';
import { createToken, type CreateTokenInput } from './session-token.ts';

/** Checks the input of `sessions.createToken` and `sessions.open`. */
export const createTokenInput: StandardSchema<CreateTokenInput> = createToken.request;

/** Checks the input of `sessions.start`. */
export const startSessionInput: StandardSchema<StartSessionInput> = startSession.request;

/** Checks the input of `sessions.stop`. */
export const stopSessionInput: StandardSchema<StopSessionInput> = stopSession.request;

/** Checks the input of `sessions.keepAlive`. */
export const keepAliveInput: StandardSchema<KeepAliveInput> = keepAlive.request;

/** Checks the input of `sessions.list`. */
export const listSessionsInput: StandardSchema<ListSessionsInput> = listSessions.request;

/** Checks the input of `sessions.get`. */
export const getSessionInput: StandardSchema<GetSessionInput> = getSession.request;

/** Checks the input of `sessions.getTranscript`. */
export const getTranscriptInput: StandardSchema<GetTranscriptInput> = getTranscript.request;
