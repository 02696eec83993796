import { anamKeys, anamPersonas, anamStarts } from './vendors/anam/reserved.ts';
import {
  avatarWithCode100,
  avatarWithFailingStart,
  liveAvatarAnswers,
  liveAvatarKeys,
} from './vendors/liveavatar/reserved.ts';
import type { ReservedValue } from './vendors/reserved-value.ts';
import { simliFaces, simliKeys } from './vendors/simli/reserved.ts';

/** Every key and id that asks for a failure. Any other non-empty key, and any other well-formed id, is good. */
export const reserved: readonly ReservedValue[] = [
  ...simliKeys,
  ...simliFaces,
  ...anamKeys,
  ...anamPersonas,
  ...anamStarts,
  ...liveAvatarKeys,
  ...liveAvatarAnswers,
  avatarWithCode100,
  avatarWithFailingStart,
].map(({ vendor, fields, value, answers }) => ({ vendor, fields, value, answers }));
