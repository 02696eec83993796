import type { Grant, GrantClient, Standing } from './grant.ts';

/** Well within the time after which a server takes a page for gone. */
const HEARTBEAT_MS = 20_000;
/** Of the silence that a preset allows, so that one heartbeat may be lost. */
const PART_OF_SILENCE = 0.4;

export interface UpkeepListener {
  onAnswer(answer: Standing): void;
  /** One heartbeat was not taken, which ends nothing yet. */
  onFailure(error: unknown): void;
}

export interface Upkeep {
  /** Every heartbeat says what the vendor calls the session, the first one at once. */
  report(vendorSessionId: string): void;
  /** After this nothing is told any more. */
  stop(): void;
}

/** Tells the server that the page is there, and it the vendor. */
export function keepAlive(
  grants: Pick<GrantClient, 'heartbeat'>,
  grant: Grant,
  listener: UpkeepListener,
): Upkeep {
  let reported: string | undefined;
  let stopped = false;
  const beat = async (): Promise<void> => {
    try {
      const answer = await grants.heartbeat(grant, reported);
      if (!stopped) listener.onAnswer(answer);
    } catch (error) {
      if (!stopped) listener.onFailure(error);
    }
  };
  void beat();
  const { heartbeatSeconds = Infinity } = grant.limits;
  const every = Math.min(HEARTBEAT_MS, heartbeatSeconds * 1000 * PART_OF_SILENCE);
  const timer = setInterval(() => void beat(), every);
  return {
    report: (vendorSessionId) => {
      reported = vendorSessionId;
      void beat();
    },
    stop: () => {
      stopped = true;
      clearInterval(timer);
    },
  };
}
