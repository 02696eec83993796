import {
  connectTimeout,
  endedByServer,
  grantExpired,
  offline,
  secondTab,
  takenOver,
  timeOver,
} from './call-problems.ts';
import { IDLE, VENDOR_NAMES, type CallState, type Choice } from './call-state.ts';
import type { PageConfig } from './config.ts';
import { GrantError, isExpired, type Grant, type GrantClient } from './grant.ts';
import { closeMicrophone, openMicrophone } from './microphone.ts';
import { Playback } from './playback.ts';
import { told } from './problem.ts';
import { TabLock } from './tab-lock.ts';
import type { Timeline } from './timeline.ts';
import { after, keepAlive, type Fate } from './upkeep.ts';
import { connect } from './vendors/connect.ts';
import type { AvatarSession, SessionListener, Stage } from './vendors/vendor.ts';
import { Watchdog } from './watchdog.ts';

/**
 * No SDK gives up by itself in reasonable time, and two never do. Simli's would try again after 15 s with the same
 * token, which by then is used, and tell of that instead.
 */
const CONNECT_MS = 14_000;
/** Who disconnects does not wait longer for a vendor. */
const DISCONNECT_MS = 2000;
/** What one session holds until it is let go. */
interface Run {
  readonly abort: AbortController;
  readonly cleanup: (() => void)[];
  microphone?: MediaStream;
}

export interface CallParts {
  readonly grants: GrantClient;
  readonly config: PageConfig;
  readonly stage: Stage;
  readonly timeline: Timeline;
  readonly onState: (state: CallState) => void;
}

/** One session after the other: asks for the grant, hands it to the vendor's SDK, watches, ends it. */
export class Call {
  readonly #parts: CallParts;
  readonly #playback: Playback;
  readonly #lock: TabLock;
  #state: CallState = IDLE;
  #run: Run | undefined;
  /** A key whose answer never came: asking again with it cannot make a second session. */
  #unanswered: { readonly preset: string; readonly key: string } | undefined;
  #lastChoice: Choice | undefined;

  constructor(parts: CallParts) {
    this.#parts = parts;
    this.#playback = new Playback(parts.stage, (blocked) => {
      this.#update({ blocked });
    });
    this.#lock = new TabLock(() => {
      parts.timeline.note('Taken over by another tab', 'warning');
      void this.#end(takenOver());
    });
  }

  get state(): CallState {
    return this.#state;
  }

  /** Begins, unless something has begun already. */
  async start(choice: Choice, takeOver = false): Promise<void> {
    if (this.#state.phase !== 'idle') return;
    const run: Run = { abort: new AbortController(), cleanup: [] };
    this.#run = run;
    this.#lastChoice = choice;
    this.#parts.timeline.restart();
    this.#state = IDLE;
    this.#update({ phase: 'granting' });
    this.#note('Connect');
    try {
      await this.#lockTab(run, takeOver);
      await this.#openMicrophone(run, choice);
      const grant = await this.#mint(run, choice.preset);
      await this.#connect(run, grant, choice);
    } catch (error) {
      if (this.#run === run) await this.#end(error);
    }
  }

  /** Ends what runs, and begins it once more with a new grant. */
  async reconnect(): Promise<void> {
    const choice = this.#lastChoice;
    if (choice === undefined) return;
    await this.stop();
    await this.start(choice);
  }

  /** The same in this tab although another one has a session, which ends. */
  async takeOver(): Promise<void> {
    if (this.#lastChoice !== undefined) await this.start(this.#lastChoice, true);
  }

  async stop(): Promise<void> {
    if (this.#run !== undefined && this.#state.phase !== 'ending') await this.#end();
  }

  /** The page is being closed. */
  leave(): void {
    const { grant, session } = this.#state;
    if (grant !== undefined) this.#parts.grants.endByBeacon(grant.id);
    session?.leave?.();
    void this.stop();
  }

  async say(text: string): Promise<void> {
    await this.#attempt(`Say: “${text}”`, () => this.#state.session?.say?.(text));
  }

  async play(what: string, samples: (sampleRate: number) => Int16Array | Promise<Int16Array>): Promise<void> {
    await this.#attempt(`Send ${what}`, async () => {
      const input = this.#state.session?.audioInput;
      input?.play(await samples(input.sampleRate));
    });
  }

  async interrupt(): Promise<void> {
    await this.#attempt('Interrupt', () => {
      this.#state.session?.interrupt?.();
    });
  }

  setMicrophone(on: boolean): void {
    this.#state.session?.setMicrophone?.(on);
    this.#note(on ? 'Microphone on' : 'Microphone off');
    this.#update({ microphone: on ? 'on' : 'off' });
  }

  /** After a click, for a browser that wanted one. */
  async unblock(): Promise<void> {
    await this.#playback.play();
  }

  dismiss(): void {
    this.#update({ problem: undefined });
  }

  async #lockTab({ abort: { signal } }: Run, takeOver: boolean): Promise<void> {
    if (takeOver) await this.#lock.takeOver();
    else if (!(await this.#lock.acquire())) throw secondTab();
    if (signal.aborted) await this.#lock.release();
    signal.throwIfAborted();
  }

  async #openMicrophone(run: Run, { microphone }: Choice): Promise<void> {
    if (!microphone) return;
    try {
      const stream = await openMicrophone();
      if (run.abort.signal.aborted) closeMicrophone(stream);
      run.abort.signal.throwIfAborted();
      run.microphone = stream;
      run.cleanup.push(() => {
        closeMicrophone(stream);
      });
      this.#note('Microphone opened');
    } catch (error) {
      run.abort.signal.throwIfAborted();
      // The face can be seen without it, so the session goes on.
      const problem = told(error);
      this.#note(problem.message, 'warning');
      this.#update({ problem });
    }
  }

  async #mint(run: Run, preset: string): Promise<Grant> {
    const { grants, config } = this.#parts;
    if (config.idempotencyKey && this.#unanswered?.preset !== preset) {
      this.#unanswered = { preset, key: crypto.randomUUID() };
    }
    const askedAt = performance.now();
    try {
      const grant = await grants.mint(preset, {
        signal: run.abort.signal,
        idempotencyKey: this.#unanswered?.key,
      });
      this.#unanswered = undefined;
      this.#note('Grant received', 'good');
      this.#update({ grant, grantMs: performance.now() - askedAt });
      return grant;
    } catch (error) {
      const unanswered = error instanceof GrantError && error.code.startsWith('token_server_');
      if (!unanswered) this.#unanswered = undefined;
      throw unanswered && !navigator.onLine ? offline(error) : error;
    }
  }

  async #connect(run: Run, grant: Grant, { transport }: Choice): Promise<void> {
    const { stage, config } = this.#parts;
    if (isExpired(grant)) throw grantExpired();
    const vendor = VENDOR_NAMES[grant.vendor];
    this.#update({ phase: 'connecting' });
    this.#note(`${vendor} SDK connecting`);
    this.#watch(run);
    this.#leash(run, grant);
    const deadline = after(CONNECT_MS, () => {
      run.abort.abort(connectTimeout(vendor, CONNECT_MS));
    });
    run.cleanup.push(deadline);
    const session = await connect(grant, {
      stage,
      listener: this.#listen(run, vendor),
      signal: run.abort.signal,
      baseUrl: config.vendors[grant.vendor],
      microphone: run.microphone,
      transport,
    });
    deadline();
    if (this.#run !== run || run.abort.signal.aborted) {
      await session.disconnect();
      return;
    }
    const microphone = session.setMicrophone === undefined ? 'none' : 'on';
    this.#update({ phase: 'live', session, microphone });
    this.#note(`${vendor} SDK connected`, 'good');
    this.#beat(run, grant, session);
  }

  #listen(run: Run, vendor: string): SessionListener {
    const whileOurs =
      <A extends readonly unknown[]>(act: (...args: A) => void) =>
      (...args: A): void => {
        if (this.#run === run && this.#state.phase !== 'ending') act(...args);
      };
    return {
      onSpeaking: whileOurs((speaking) => {
        if (speaking === this.#state.speaking) return;
        this.#note(speaking ? 'Speaking' : 'Silent');
        this.#update({ speaking });
      }),
      onCaption: whileOurs((caption) => {
        this.#update({ caption });
      }),
      onNote: whileOurs((text, tone) => {
        this.#note(text, tone);
      }),
      onEnded: whileOurs((why) => {
        this.#note(`${vendor} ended the connection`, 'bad');
        void this.#end(why);
      }),
    };
  }

  #watch(run: Run): void {
    const watchdog = new Watchdog(this.#parts.stage.video, {
      onFirstFrame: () => {
        const firstFrameMs = this.#note('First frame', 'good');
        this.#update({ firstFrameMs });
      },
      onVerdict: (verdict) => {
        const before = this.#state.verdict;
        if (verdict === 'frozen') this.#note('Watchdog: the picture has stopped', 'bad');
        if (verdict === 'no-video') this.#note('Watchdog: no picture', 'bad');
        if (verdict === 'playing' && (before === 'frozen' || before === 'no-video')) {
          this.#note('Watchdog: the picture moves again', 'good');
        }
        this.#update({ verdict });
      },
    });
    run.cleanup.push(() => {
      watchdog.stop();
    });
  }

  /** The vendor ends it then, by itself; the page says so, and does not rely on it. */
  #leash(run: Run, { limits: { maxSessionSeconds } }: Grant): void {
    const ms = maxSessionSeconds * 1000;
    this.#update({ endsAt: performance.now() + ms });
    const over = (): void => {
      this.#note('The session’s time is over', 'warning');
      void this.#end(timeOver(ms));
    };
    run.cleanup.push(after(ms, over));
  }

  #beat(run: Run, grant: Grant, session: AvatarSession): void {
    const onFate = (fate: Fate): void => {
      if (this.#run !== run) return;
      if (fate === 'gone') void this.#end(endedByServer());
      else this.#note('The token server does not answer', 'warning');
    };
    run.cleanup.push(keepAlive(this.#parts.grants, grant, session, onFate));
  }

  async #end(why?: unknown): Promise<void> {
    const run = this.#run;
    if (run === undefined || this.#state.phase === 'ending') return;
    const { session, grant } = this.#state;
    this.#update({ phase: 'ending' });
    for (const clean of run.cleanup) clean();
    run.abort.abort(why ?? new DOMException('The call was ended.', 'AbortError'));
    if (session !== undefined) await disconnected(session);
    if (grant !== undefined) void this.#parts.grants.end(grant.id).catch(() => undefined);
    this.#playback.clear();
    await this.#lock.release();
    this.#run = undefined;
    const { grantMs, firstFrameMs } = this.#state;
    this.#note('Ended', why === undefined ? 'plain' : 'bad');
    this.#state = { ...IDLE, grantMs, firstFrameMs };
    this.#update({ problem: why === undefined ? undefined : told(why) });
  }

  /** Something the user asked for. When it fails, the session goes on. */
  async #attempt(what: string, act: () => void | Promise<void>): Promise<void> {
    if (this.#state.phase !== 'live') return;
    this.#note(what);
    try {
      await act();
    } catch (error) {
      this.#note('That did not work', 'bad');
      const { hint } = told(error);
      this.#update({ problem: { code: 'not_done', message: `${what}: that did not work.`, hint } });
    }
  }

  #note(...entry: Parameters<Timeline['note']>): number {
    return this.#parts.timeline.note(...entry);
  }

  #update(change: Partial<CallState>): void {
    this.#state = { ...this.#state, ...change };
    this.#parts.onState(this.#state);
  }
}

/** Resolves once it has ended, which a vendor that fails meanwhile has, or once that takes too long. */
async function disconnected(session: AvatarSession): Promise<void> {
  await new Promise<void>((resolve) => {
    const late = after(DISCONNECT_MS, resolve);
    void session
      .disconnect()
      .catch(() => undefined)
      .finally(() => {
        late();
        resolve();
      });
  });
}
