import type { Grant, GrantClient } from './grant.ts';

/** Well within the time after which a server takes a page for gone. */
const HEARTBEAT_MS = 20_000;
/** Of the silence that a preset allows, so that one heartbeat may be lost. */
const PART_OF_SILENCE = 0.4;

export interface UpkeepListener {
  /** The server has ended the session. */
  onGone(): void;
  /** One heartbeat was not taken, which ends nothing yet. */
  onFailure(error: unknown): void;
}

/** Tells the server that the page is there, and it the vendor. The function that is returned ends it. */
export function keepAlive(grants: GrantClient, grant: Grant, listener: UpkeepListener): () => void {
  const beat = async (): Promise<void> => {
    try {
      if ((await grants.heartbeat(grant)) === 'gone') listener.onGone();
    } catch (error) {
      listener.onFailure(error);
    }
  };
  void beat();
  const { heartbeatSeconds = Infinity } = grant.limits;
  const every = Math.min(HEARTBEAT_MS, heartbeatSeconds * 1000 * PART_OF_SILENCE);
  const timer = setInterval(() => void beat(), every);
  return () => {
    clearInterval(timer);
  };
}
