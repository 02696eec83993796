import type { Grant, GrantClient } from './grant.ts';
import type { AvatarSession } from './vendors/vendor.ts';

/** Well within the time after which a server takes a page for gone, and LiveAvatar a session for idle. */
const HEARTBEAT_MS = 20_000;

/** `gone`: the server has ended the session. `silent`: it does not answer, which ends nothing. */
export type Fate = 'gone' | 'silent';

/**
 * Tells the server that the page is there, and where it keeps no leases, the vendor. The function that is returned
 * ends it.
 */
export function keepAlive(
  grants: GrantClient,
  { id, capabilities }: Grant,
  session: AvatarSession,
  told: (fate: Fate) => void,
): () => void {
  const beat = async (): Promise<void> => {
    try {
      const answer = await grants.heartbeat(id, session.sessionId);
      if (answer === 'gone') told('gone');
      else if (answer === 'unsupported' && capabilities.keepAlive) await session.keepAlive?.();
    } catch {
      told('silent');
    }
  };
  void beat();
  const timer = setInterval(() => void beat(), HEARTBEAT_MS);
  return () => {
    clearInterval(timer);
  };
}

/** Runs it later; the function that is returned prevents that. */
export function after(ms: number, act: () => void): () => void {
  const timer = setTimeout(act, ms);
  return () => {
    clearTimeout(timer);
  };
}
