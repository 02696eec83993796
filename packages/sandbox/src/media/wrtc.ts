import { runInThisContext } from 'node:vm';
import type * as Module from '@roamhq/wrtc';

/** The WebRTC stack: native, optional, and loaded with the first realtime session only. */
export type Wrtc = typeof Module;

/** No WebRTC stack on this machine; the message says what to do. */
export class NoWebRtcError extends Error {
  override readonly name: string = 'NoWebRtcError';

  constructor(cause: unknown) {
    super(
      'The sandbox cannot show video: its optional dependency @roamhq/wrtc is not installed or has no build for this machine.',
      { cause },
    );
  }
}

let loading: Promise<Wrtc> | undefined;

/** Loads the stack, once; a NoWebRtcError when there is none. */
export function loadWrtc(): Promise<Wrtc> {
  loading ??= import('@roamhq/wrtc').then(ready, (error: unknown) => {
    loading = undefined;
    throw new NoWebRtcError(error);
  });
  return loading;
}

function ready(module: Wrtc & { readonly default?: Wrtc }): Wrtc {
  endWithoutTeardown();
  // It is CommonJS: what Node recognises of its names is not all of them.
  return module.default ?? module;
}

/**
 * Node's own teardown at the natural end of a process crashes (signal 11) over objects of this stack that were not
 * collected yet; `process.exit` ends without it. It is called by the last of all who listen to the end, so that each
 * of them is heard, and the code is the one that they leave: test runners say by it that a test has failed.
 */
function endWithoutTeardown(): void {
  // The process itself: Jest shows its tests a copy, which never hears of the end.
  const process = runInThisContext('process') as NodeJS.Process;
  let failing = false;
  process.on('uncaughtExceptionMonitor', () => {
    failing = true;
    // Only when somebody handles the error does the process come to this.
    queueMicrotask(() => {
      failing = false;
    });
  });
  const last = (): void => {
    // Node reports an error that nobody handles after this event, and then ends without a teardown by itself.
    if (!failing) process.exit();
  };
  process.on('beforeExit', () => {
    process.off('exit', last);
    process.once('exit', last);
  });
}
