import type * as Protocol from '@livekit/protocol';
import { loadWrtc, type Wrtc } from '../media/wrtc.ts';

/** What a room is made with; loaded when somebody first joins one. */
export interface LiveKitStack {
  readonly wrtc: Wrtc;
  readonly protocol: typeof Protocol;
}

export async function loadStack(): Promise<LiveKitStack> {
  const [wrtc, protocol] = await Promise.all([loadWrtc(), import('@livekit/protocol')]);
  return { wrtc, protocol };
}
