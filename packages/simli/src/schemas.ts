/**
 * The checks of the requests as Standard Schema, for validating configuration before a client is made.
 *
 * @module
 */
import type { StandardSchema } from '@org/core';
import { createToken, listIceServers, type CreateTokenInput, type ListIceServersInput } from './compose.ts';
import { startAgentsSession, type StartAgentsSessionInput } from './livekit.ts';

/** Checks the input of `compose.createToken`. */
export const createTokenInput: StandardSchema<CreateTokenInput> = createToken.request;

/** Checks the input of `compose.listIceServers`. */
export const listIceServersInput: StandardSchema<ListIceServersInput> = listIceServers.request;

/** Checks the input of `livekit.startAgentsSession`. */
export const startAgentsSessionInput: StandardSchema<StartAgentsSessionInput> = startAgentsSession.request;
