import { Actions } from './actions.ts';
import { Board } from './board.ts';
import {
  connectTimeout,
  ended,
  offline,
  sdkTimeout,
  secondTab,
  takenOver,
  timeOver,
} from './call-problems.ts';
import { DISPLAY_NAMES, type CallState, type Choice } from './call-state.ts';
import { Captions } from './captions.ts';
import type { PageConfig } from './config.ts';
import { giveBack } from './ending.ts';
import type { Grant, GrantClient, VendorName } from './grant.ts';
import { closeMicrophone, openMicrophone, whenLost } from './microphone.ts';
import { isUnanswered, Minter } from './minter.ts';
import { Playback } from './playback.ts';
import { told } from './problem.ts';
import { after, Run } from './run.ts';
import { TabLock } from './tab-lock.ts';
import { tend } from './tending.ts';
import type { Timeline } from './timeline.ts';
import type { Upkeep } from './upkeep.ts';
import { connect, loadSdk } from './vendors/connect.ts';
import { orAborted, type SessionListener, type Stage } from './vendors/vendor.ts';
import type { Watchdog } from './watchdog.ts';
import { watch } from './watching.ts';

/**
 * No SDK gives up by itself in reasonable time, and two never do. Simli's would try again after 15 s with the same
 * token, which by then is used, and tell of that instead.
 */
const CONNECT_MS = 14_000;
/** For the SDK's file. It costs nothing to wait for it, so a slow network has longer than a vendor. */
const LOAD_MS = 20_000;

export interface CallParts {
  readonly grants: GrantClient;
  readonly config: PageConfig;
  readonly stage: Stage;
  readonly timeline: Timeline;
  readonly onState: (state: CallState) => void;
}

/** One session after the other: asks for the grant, hands it to the vendor's SDK, watches, ends it. */
export class Call {
  readonly actions: Actions;
  readonly #parts: CallParts;
  readonly #board: Board;
  readonly #minter: Minter;
  readonly #playback: Playback;
  readonly #lock: TabLock;
  #run: Run | undefined;
  #lastChoice: Choice | undefined;

  constructor(parts: CallParts) {
    this.#parts = parts;
    this.#board = new Board(parts.timeline, parts.onState);
    this.actions = new Actions(this.#board);
    this.#minter = new Minter(parts.grants);
    this.#playback = new Playback(parts.stage, (blocked) => {
      this.#board.update({ blocked });
    });
    this.#lock = new TabLock(() => {
      this.#board.note('Taken over by another tab', 'warning');
      void this.#end(takenOver());
    });
  }

  get state(): CallState {
    return this.#board.state;
  }

  /** Begins, unless something has begun already. */
  async start(choice: Choice): Promise<void> {
    await this.#begin(choice, false);
  }

  /** Ends what runs, and begins it once more with a new grant. */
  async reconnect(): Promise<void> {
    const choice = this.#lastChoice;
    if (choice === undefined) return;
    await this.stop();
    await this.start(choice);
  }

  /** The same in this tab although another one has a session, which ends. */
  async takeOver(choice: Choice): Promise<void> {
    await this.#begin(choice, true);
  }

  async stop(): Promise<void> {
    if (this.#run !== undefined && this.state.phase !== 'ending') await this.#end();
  }

  /** The page is being closed. */
  leave(): void {
    const { grant, session } = this.state;
    if (grant !== undefined) this.#parts.grants.endByBeacon(grant);
    if (this.#run !== undefined) this.#run.left = true;
    session?.leave?.();
    void this.stop();
  }

  /** After a click, for a browser that wanted one. */
  async unblock(): Promise<void> {
    await this.#playback.play();
  }

  dismiss(): void {
    this.#board.update({ problem: undefined });
  }

  async #begin(choice: Choice, takeOver: boolean): Promise<void> {
    if (this.state.phase !== 'idle') return;
    const run = new Run();
    this.#run = run;
    this.#lastChoice = choice;
    this.#board.open();
    try {
      await this.#lockTab(run, takeOver);
      await this.#loadSdk(run, choice.vendor);
      await this.#openMicrophone(run, choice);
      const grant = await this.#mint(run, choice.preset);
      await this.#connect(run, grant, choice);
    } catch (error) {
      await this.#lose(run, error);
    }
  }

  async #lockTab({ signal }: Run, takeOver: boolean): Promise<void> {
    if (takeOver) await this.#lock.takeOver();
    else if (!(await this.#lock.acquire())) throw secondTab();
    if (signal.aborted) await this.#lock.release();
    signal.throwIfAborted();
  }

  async #loadSdk(run: Run, vendor: VendorName): Promise<void> {
    const deadline = after(LOAD_MS, () => {
      run.abort(sdkTimeout(DISPLAY_NAMES[vendor], LOAD_MS));
    });
    run.onEnd(deadline);
    try {
      await orAborted(loadSdk(vendor), run.signal);
    } catch (error) {
      throw navigator.onLine ? error : offline(error);
    }
    deadline();
    this.#board.note('SDK loaded');
  }

  async #openMicrophone(run: Run, { microphone }: Choice): Promise<void> {
    if (!microphone) return;
    this.#board.update({ phase: 'microphone' });
    try {
      const stream = await openMicrophone();
      if (run.signal.aborted) closeMicrophone(stream);
      run.signal.throwIfAborted();
      run.microphone = stream;
      run.onEnd(() => {
        closeMicrophone(stream);
      });
      whenLost(stream, run.signal, (why) => {
        run.microphone = undefined;
        this.#board.note(why.message, 'warning');
        this.#board.update({ microphone: 'none', problem: why });
      });
      this.#board.note('Microphone opened');
    } catch (error) {
      run.signal.throwIfAborted();
      // The face can be seen without it, so the session goes on.
      const problem = told(error);
      this.#board.note(problem.message, 'warning');
      this.#board.update({ problem });
    }
  }

  async #mint({ signal }: Run, preset: string): Promise<Grant> {
    this.#board.update({ phase: 'granting' });
    try {
      return await this.#minter.mint(preset, signal);
    } catch (error) {
      throw isUnanswered(error) && !navigator.onLine ? offline(error) : error;
    }
  }

  async #connect(run: Run, grant: Grant, { transport }: Choice): Promise<void> {
    const { stage, config } = this.#parts;
    const vendor = DISPLAY_NAMES[grant.vendor];
    const grantedAt = this.#board.note('Grant received', 'good');
    this.#board.update({ phase: 'connecting', grant });
    this.#board.note(`${vendor} SDK connecting`);
    this.#leash(run, grant);
    const upkeep = tend(run, this.#parts.grants, grant, this.#board, (why) => void this.#lose(run, why));
    const watchdog = this.#watch(run, grant, grantedAt);
    const deadline = after(CONNECT_MS, () => {
      run.abort(connectTimeout(vendor, CONNECT_MS));
    });
    run.onEnd(deadline);
    const session = await connect(grant, {
      stage,
      listener: this.#listen(run, upkeep),
      signal: run.signal,
      baseUrl: config.vendors[grant.vendor],
      microphone: run.microphone,
      transport,
    });
    deadline();
    if (this.#run !== run || run.signal.aborted) {
      await session.disconnect();
      return;
    }
    const isHeard = run.microphone !== undefined && session.setMicrophone !== undefined;
    this.#board.update({ phase: 'live', session, microphone: isHeard ? 'on' : 'none' });
    this.#board.note(`${vendor} SDK connected`, 'good');
    watchdog.expectPicture();
  }

  #listen(run: Run, upkeep: Upkeep): SessionListener {
    const board = this.#board;
    const captions = new Captions((caption) => {
      board.update({ caption });
    });
    run.onEnd(() => {
      captions.stop();
    });
    const whileOurs =
      <A extends readonly unknown[]>(act: (...args: A) => void) =>
      (...args: A): void => {
        if (this.#run === run && this.state.phase !== 'ending') act(...args);
      };
    return {
      onSessionId: whileOurs((vendorSessionId) => {
        board.update({ vendorSessionId });
        upkeep.report(vendorSessionId);
      }),
      onSpeaking: whileOurs((speaking) => {
        if (speaking === this.state.speaking) return;
        board.note(speaking ? 'Speaking' : 'Silent');
        board.update({ speaking });
        captions.speaking(speaking);
      }),
      onCaption: whileOurs((text) => {
        captions.say(text);
      }),
      onNote: whileOurs((text, tone) => {
        board.note(text, tone);
      }),
      onEnded: whileOurs((why) => {
        void this.#lose(run, why);
      }),
    };
  }

  #watch(run: Run, grant: Grant, grantedAt: number): Watchdog {
    const watchdog = watch(this.#parts.stage.video, this.#board, (atMs) => {
      this.#parts.grants.firstFrameByBeacon(grant, atMs - grantedAt);
    });
    run.onEnd(() => {
      watchdog.stop();
    });
    return watchdog;
  }

  /** The vendor ends it then, by itself; the page says so, and does not rely on it. */
  #leash(run: Run, { limits: { maxSessionSeconds } }: Grant): void {
    const ms = maxSessionSeconds * 1000;
    this.#board.update({ endsAt: performance.now() + ms });
    const over = (): void => {
      this.#board.note('The session’s time is over', 'warning');
      void this.#end(timeOver(ms));
    };
    run.onEnd(after(ms, over));
  }

  /** It cannot go on, for a reason that others give. */
  async #lose(run: Run, why: unknown): Promise<void> {
    if (this.#run !== run) return;
    await this.#end(run.trouble === undefined ? why : ended(run.trouble, why));
  }

  async #end(why?: unknown): Promise<void> {
    const run = this.#run;
    if (run === undefined || this.state.phase === 'ending') return;
    this.#board.update({ phase: 'ending' });
    run.end(why);
    // A server that allows one session at a time would refuse the next before this one is given back.
    const account = await giveBack(run, this.#board, this.#parts.grants, why);
    this.#playback.clear();
    await this.#lock.release();
    this.#run = undefined;
    this.#board.close(account);
  }
}
