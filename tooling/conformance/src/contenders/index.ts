import type { Contender } from '../contender.ts';
import { httpClients } from './http-clients.ts';
import { ours } from './ours.ts';
import { vendors } from './vendors.ts';

export { ours } from './ours.ts';

/** All of them, in the order of the scoreboard. */
export const contenders: readonly Contender[] = [...ours, ...vendors, ...httpClients];
