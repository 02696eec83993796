/**
 * The story that every runtime tells: it imports nothing but the published packages, and uses nothing but what all
 * runtimes share. Each step tells facts, which are the same wherever the packages work.
 */
import { Anam } from '@org/anam';
import { isAvatarError, LiveAvatar, type Hooks } from '@org/liveavatar';
import { Simli } from '@org/simli';

/** What one step told, or why it could not. */
export type Line =
  { readonly step: string; readonly told: unknown } | { readonly step: string; readonly failed: string };

/** The keys that are used; none of them may ever be shown. */
export const KEYS = {
  simli: 'never-show-the-key-of-simli',
  anam: 'never-show-the-key-of-anam',
  liveavatar: 'never-show-the-key-of-liveavatar',
  /** Reserved: the sandbox refuses it. */
  refused: 'sandbox-invalid-key',
} as const;

const FACE = { faceId: 'any-face' };
const PERSONA = { personaConfig: { personaId: 'any-persona' } };
const AVATAR = { avatar_id: '073b60a9-89a8-45aa-8902-c358f64d2852' };
const AVATAR_WITHOUT_ROOM = { avatar_id: '5a0db0c5-0000-4000-8000-000000004032' };

/** Tells the story before the sandbox at `sandbox`, one line a step. */
export async function* tell(sandbox: string): AsyncGenerator<Line> {
  const story = new Story(sandbox);
  const steps: readonly (readonly [step: string, tell: () => unknown])[] = [
    ['guard', whichRuntime],
    ['door', () => story.door()],
    ['mint Simli', () => story.mintSimli()],
    ['mint Anam', () => story.mintAnam()],
    ['mint LiveAvatar', () => story.mintLiveAvatar()],
    ['retry after 503', () => story.retry()],
    ['typed errors', () => story.typedErrors()],
    ['abort, no answer', () => story.abortWithoutAnswer()],
    ['abort, half an answer', () => story.abortWithinAnswer()],
    ['key unseen', () => story.keyUnseen()],
  ];
  for (const [step, told] of steps) {
    try {
      yield { step, told: await told() };
    } catch (error) {
      yield { step, failed: String(error) };
    }
  }
  await story.end();
}

interface Globals {
  readonly Deno?: { readonly version: { readonly deno: string } };
  readonly Bun?: { readonly version: string };
  readonly navigator?: { readonly userAgent?: string };
  readonly process?: {
    readonly versions?: { readonly node?: string };
    readonly getBuiltinModule?: (name: string) => unknown;
  };
}
const globals = globalThis as Globals;

/** Who runs this, by what only that runtime has. Deno and Bun both claim to be a Node, so they are asked first. */
function whichRuntime(): { name: string; version?: string } {
  if (globals.navigator?.userAgent === 'Cloudflare-Workers') return { name: 'workerd' };
  if (globals.Deno !== undefined) return { name: 'Deno', version: globals.Deno.version.deno };
  if (globals.Bun !== undefined) return { name: 'Bun', version: globals.Bun.version };
  const version = globals.process?.versions?.node;
  return version === undefined ? { name: 'unknown' } : { name: 'Node', version };
}

/** Whether this process has loaded the package undici, by the files that were loaded as CommonJS, as all of it is. */
function isUndiciLoaded(): boolean {
  const loader = globals.process?.getBuiltinModule?.('node:module') as { _cache?: object } | undefined;
  return Object.keys(loader?._cache ?? {}).some((file) => /[/\\]undici[/\\]/.test(file));
}

class Story {
  readonly #sandbox: string;
  readonly #simli: Simli;
  readonly #anam: Anam;
  readonly #liveavatar: LiveAvatar;
  readonly #heard: string[] = [];
  readonly #caught: unknown[] = [];

  constructor(sandbox: string) {
    this.#sandbox = sandbox;
    const hooks: Hooks = {
      onRetry: ({ attempt, status, code, delayMs }) => {
        const waits = delayMs >= 50 && delayMs <= 1000 ? '50 to 1000 ms' : `${delayMs} ms`;
        this.#heard.push(`attempt ${attempt}: ${status ?? 'no'} ${code}, waits ${waits}`);
      },
      onSuccess: ({ attempts }) => this.#heard.push(`success after ${attempts}`),
    };
    this.#simli = new Simli({ apiKey: KEYS.simli, baseUrl: `${sandbox}/simli`, hooks });
    this.#anam = new Anam({ apiKey: KEYS.anam, baseUrl: `${sandbox}/anam`, hooks });
    this.#liveavatar = new LiveAvatar({
      apiKey: KEYS.liveavatar,
      baseUrl: `${sandbox}/liveavatar`,
      hooks,
    });
  }

  /** Which way a call goes: whether the runtime's `fetch` was called for it, and whether undici was loaded for it. */
  async door(): Promise<object> {
    const undiciBefore = isUndiciLoaded();
    const { fetch } = globalThis;
    let fetched = 0;
    globalThis.fetch = (...args) => {
      fetched++;
      return fetch(...args);
    };
    try {
      const warmed = await this.#simli.warmUp();
      await this.#simli.compose.createToken(FACE);
      return { fetched, undiciBefore, undiciAfter: isUndiciLoaded(), warmed };
    } finally {
      globalThis.fetch = fetch;
    }
  }

  async mintSimli(): Promise<object> {
    const { session_token } = await this.#simli.compose.createToken(FACE);
    return { session_token: shapeOf(session_token) };
  }

  async mintAnam(): Promise<object> {
    const { sessionToken, expiresAt } = await this.#anam.sessionTokens.create(PERSONA);
    return { sessionToken: shapeOf(sessionToken), expiresAt: expiresAt instanceof Date };
  }

  async mintLiveAvatar(): Promise<object> {
    const { session_id, session_token } = await this.#liveavatar.sessions.createToken(AVATAR);
    return { session_id: shapeOf(session_id), session_token: shapeOf(session_token) };
  }

  async retry(): Promise<readonly string[]> {
    await this.#control('POST', 'faults', {
      vendor: 'anam',
      operation: 'sessionTokens.create',
      fault: { status: 503 },
    });
    this.#heard.length = 0;
    await this.#anam.sessionTokens.create(PERSONA);
    return [...this.#heard];
  }

  async typedErrors(): Promise<readonly object[]> {
    await using stranger = new Anam({ apiKey: KEYS.refused, baseUrl: `${this.#sandbox}/anam` });
    return [
      await this.#errorOf(this.#simli.compose.createToken({ faceId: 'sandbox-invalid-face' })),
      await this.#errorOf(
        this.#anam.sessionTokens.create({ personaConfig: { personaId: 'sandbox-spend-cap' } }),
      ),
      await this.#errorOf(this.#liveavatar.sessions.createToken(AVATAR_WITHOUT_ROOM)),
      await this.#errorOf(stranger.sessionTokens.create(PERSONA)),
      // @ts-expect-error: refused before anything is sent.
      await this.#errorOf(this.#simli.compose.createToken({ faceID: 'any-face' })),
    ];
  }

  abortWithoutAnswer(): Promise<object> {
    const calling = { vendor: 'liveavatar', operation: 'sessions.createToken' };
    return this.#abort(calling, 'headers', (signal) =>
      this.#liveavatar.sessions.createToken(AVATAR, { signal }),
    );
  }

  abortWithinAnswer(): Promise<object> {
    const calling = { vendor: 'simli', operation: 'compose.createToken' };
    return this.#abort(calling, 'body', (signal) => this.#simli.compose.createToken(FACE, { signal }));
  }

  /** Looks for the keys in everything that was caught. What the console shows of it is the driver's to look at. */
  keyUnseen(): object {
    const clients = [this.#simli, this.#anam, this.#liveavatar];
    for (const item of [...this.#caught, ...clients]) console.log(item);
    const texts = this.#caught.map((error) =>
      [JSON.stringify(error), String(error), error instanceof Error ? error.stack : ''].join('\n'),
    );
    texts.push(JSON.stringify(clients));
    const seen = texts.filter((text) => Object.values(KEYS).some((key) => text.includes(key)));
    return { errors: this.#caught.length, seen };
  }

  async end(): Promise<void> {
    await Promise.all([this.#simli.close(), this.#anam.close(), this.#liveavatar.close()]);
  }

  /** Aborts a call once the sandbox has got it and stalls. */
  async #abort(
    calling: { vendor: string; operation: string },
    stall: 'headers' | 'body',
    call: (signal: AbortSignal) => Promise<unknown>,
  ): Promise<object> {
    const before = await this.#arrived();
    await this.#control('POST', 'faults', { ...calling, fault: { stall } });
    const controller = new AbortController();
    const error = this.#errorOf(call(controller.signal));
    // Unless something else has ended the call, which is then told.
    for (let waits = 0; waits < 250 && (await this.#arrived()) === before; waits++) await pause(20);
    if (stall === 'body') await pause(100);
    const abortedAt = Date.now();
    controller.abort();
    const told = await error;
    // An attempt's own limit is ten seconds: whatever ends earlier was ended by the abort.
    return { ...told, atOnce: Date.now() - abortedAt < 2_000 };
  }

  async #errorOf(call: Promise<unknown>): Promise<object> {
    try {
      await call;
      return { none: true };
    } catch (error) {
      this.#caught.push(error);
      if (!isAvatarError(error)) return { foreign: String(error) };
      const { name, code, status, attempts, stoppedBy } = error;
      return { name, code, ...(status === undefined ? {} : { status }), attempts, stoppedBy };
    }
  }

  async #arrived(): Promise<number> {
    const { entries } = (await this.#control('GET', 'journal')) as { entries: readonly unknown[] };
    return entries.length;
  }

  async #control(method: string, path: string, body?: object): Promise<unknown> {
    const answer = await fetch(`${this.#sandbox}/_sandbox/${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

function shapeOf(value: unknown): string {
  return typeof value === 'string' && value.length > 0 ? 'a string' : String(value);
}
