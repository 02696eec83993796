import type { Grant, GrantClient } from './grant.ts';

/** Well within the time after which a server takes a page for gone. */
const HEARTBEAT_MS = 20_000;
/** Of the silence that a preset allows, so that one heartbeat may be lost. */
const PART_OF_SILENCE = 0.4;

/** `gone`: the server has ended the session. `silent`: it does not answer, which ends nothing. */
export type Fate = 'gone' | 'silent';

/** Tells the server that the page is there, and it the vendor. The function that is returned ends it. */
export function keepAlive(grants: GrantClient, grant: Grant, told: (fate: Fate) => void): () => void {
  const beat = async (): Promise<void> => {
    try {
      if ((await grants.heartbeat(grant)) === 'gone') told('gone');
    } catch {
      told('silent');
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
