/**
 * The checks of the requests as Standard Schema, for validating configuration before a client is made.
 *
 * @module
 */
import type { StandardSchema } from '@org/core';
import { createSessionToken, type CreateSessionTokenInput } from './session-tokens.ts';
import { getSession, stopSession, type GetSessionInput, type StopSessionInput } from './sessions.ts';

/** Checks the input of `sessionTokens.create`. */
export const createSessionTokenInput: StandardSchema<CreateSessionTokenInput> = createSessionToken.request;

/** Checks the input of `sessions.get`. */
export const getSessionInput: StandardSchema<GetSessionInput> = getSession.request;

/** Checks the input of `sessions.stop`. */
export const stopSessionInput: StandardSchema<StopSessionInput> = stopSession.request;
