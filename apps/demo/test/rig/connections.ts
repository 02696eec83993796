import type { Choice } from './face.ts';

/** Every way in which a face comes to the page. */
export const CONNECTIONS: readonly (readonly [name: string, choice: Choice])[] = [
  ['Simli, peer to peer', { preset: 'simli-greeter', transport: 'p2p' }],
  ['Simli, LiveKit', { preset: 'simli-greeter', transport: 'livekit' }],
  ['Anam', { preset: 'anam-guide' }],
  ['LiveAvatar FULL', { preset: 'liveavatar-host' }],
  ['LiveAvatar LITE', { preset: 'liveavatar-lite' }],
];
