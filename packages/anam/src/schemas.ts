/**
 * The checks of the requests as Standard Schema, for validating configuration before a client is made.
 *
 * @module
 */
import type { StandardSchema } from '@org/core';
import { create, type CreateSessionTokenInput } from './session-tokens.ts';

/** Checks the input of `sessionTokens.create`. */
export const createSessionTokenInput: StandardSchema<CreateSessionTokenInput> = create.request;
