import { EventEmitter, once } from 'node:events';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { answering } from './listening.ts';

/** What the fake was asked. */
export interface Asked {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
  /** Resolves when the exchange is over, with whether the answer went out whole. */
  readonly answered: Promise<boolean>;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Three vendors in one server over real HTTP; each path answers a success until told otherwise. */
export interface FakeVendor extends AsyncDisposable {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** From now on the path answers so; `hang`: it does not, until `release` is called; `well`: as at first. */
  answer(path: string, answer: Answer | 'hang' | 'well'): void;
  /** Answers what hangs: as is set by now, or well. */
  release(): void;
  /** Resolves once the path has been asked. */
  untilAsked(path: string): Promise<Asked>;
}

export const PATHS = {
  simli: '/compose/token',
  ice: '/compose/ice',
  anam: '/v1/auth/session-token',
  liveavatar: '/v1/sessions/token',
  start: '/v1/sessions/start',
  stop: '/v1/sessions/stop',
  keepAlive: '/v1/sessions/keep-alive',
} as const;

export const TOKENS = {
  simli: 'minted-simli-token',
  anam: 'minted-anam-token',
  liveavatar: 'minted-liveavatar-token',
} as const;

export const ICE_SERVERS: readonly unknown[] = [
  { urls: 'turn:turn.example.com', username: 'ice-user', credential: 'ice-credential' },
];
export const SESSION_ID = '6f1f3c1e-7a52-4b43-9d0a-1b7d6f4e2a11';

const SUCCESSES: Readonly<Record<string, unknown>> = {
  [PATHS.simli]: { session_token: TOKENS.simli },
  [PATHS.ice]: ICE_SERVERS,
  [PATHS.anam]: { sessionToken: TOKENS.anam },
  [PATHS.liveavatar]: {
    code: 1000,
    data: { session_id: SESSION_ID, session_token: TOKENS.liveavatar },
    message: 'ok',
  },
  [PATHS.start]: {
    code: 1000,
    data: {
      session_id: SESSION_ID,
      livekit_url: 'wss://livekit.example.com',
      livekit_client_token: 'livekit-token',
    },
    message: 'ok',
  },
  [PATHS.stop]: { code: 1000, data: null, message: 'ok' },
  [PATHS.keepAlive]: { code: 1000, data: null, message: 'ok' },
};

export async function startFakeVendor(): Promise<FakeVendor> {
  const asked: Asked[] = [];
  const answers = new Map<string, Answer | 'hang'>();
  const held: (() => void)[] = [];
  const news = new EventEmitter();
  const server = await answering((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = request.url ?? '';
      const text = Buffer.concat(chunks).toString();
      const answered = once(response, 'close').then(() => response.writableFinished);
      asked.push({
        path,
        headers: request.headers,
        body: text === '' ? undefined : JSON.parse(text),
        answered,
      });
      news.emit('asked');
      const answer = (): void => {
        const set = answers.get(path) ?? 'hang';
        send(response, set === 'hang' ? { body: SUCCESSES[path] } : set);
      };
      if (answers.get(path) === 'hang') held.push(answer);
      else answer();
    });
  });
  return {
    url: server.url,
    asked,
    answer: (path, answer) => {
      if (answer === 'well') answers.delete(path);
      else answers.set(path, answer);
    },
    release: () => {
      for (const answerNow of held.splice(0)) answerNow();
    },
    untilAsked: async (path) => {
      for (;;) {
        const found = asked.find((one) => one.path === path);
        if (found !== undefined) return found;
        await once(news, 'asked');
      }
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function send(response: ServerResponse, { status = 200, headers = {}, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
