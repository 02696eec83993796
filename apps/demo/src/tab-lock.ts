const NAME = 'avatar-session';
/** How long the other tab may take to end its session before its lock is taken from it. */
const TAKEOVER_MS = 4000;

/** One session at a time in all tabs of this page: each costs money, and two of them speak over each other. */
export class TabLock {
  readonly #channel = new BroadcastChannel(NAME);
  #held: { readonly letGo: () => void; readonly gone: Promise<unknown> } | undefined;

  /** Told when another tab takes over. */
  constructor(onTakenOver: () => void) {
    this.#channel.addEventListener('message', () => {
      if (this.#held !== undefined) onTakenOver();
    });
  }

  /** Whether this tab has it now. */
  async acquire(): Promise<boolean> {
    return this.#request({ ifAvailable: true });
  }

  /** Asks the tab that has it to let go, and takes it. */
  async takeOver(): Promise<void> {
    this.#channel.postMessage('take over');
    try {
      await this.#request({ signal: AbortSignal.timeout(TAKEOVER_MS) });
    } catch {
      await this.#request({ steal: true });
    }
  }

  /** Resolves once others can have it. */
  async release(): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    held?.letGo();
    await held?.gone;
  }

  async #request(options: LockOptions): Promise<boolean> {
    // Pages from a plain network have no locks; there every tab is on its own.
    if (!('locks' in navigator)) return true;
    await this.release();
    return new Promise((resolve, reject) => {
      let letGo = (): void => undefined;
      const untilLetGo = new Promise<void>((done) => {
        letGo = done;
      });
      const gone = navigator.locks
        .request(NAME, options, (lock) => {
          if (lock !== null) this.#held = { letGo, gone };
          resolve(lock !== null);
          return lock === null ? undefined : untilLetGo;
        })
        // It never came, or another tab has stolen it.
        .catch(reject);
    });
  }
}
