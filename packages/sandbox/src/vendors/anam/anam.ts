import type { Answer, Call, Dialect, House } from '../house.ts';
import { fixedAnswer } from '../reserved-value.ts';
import { anamError, anamKeys, anamPersonas, anamUsageLimit } from './reserved.ts';
import type { AnamTokens } from './tokens.ts';

export interface AnamOptions {
  /** How many tokens may be minted before the usage limit answers; no limit by default. */
  readonly mintLimit?: number;
}

interface TokenRequest {
  readonly personaConfig?: { readonly personaId?: string; readonly avatarId?: string };
}

const words: Readonly<Record<number, string>> = {
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Payload Too Large',
  429: 'Usage limit reached',
  503: 'Service Unavailable',
};

const dialect: Dialect = {
  unauthorized: (_operation, credential) =>
    fixedAnswer(anamKeys, credential?.value) ?? anamError(401, 'Unauthorized', 'Invalid or missing API key'),
  invalid: (violations) => {
    const first = violations.map(({ location, message }) =>
      `${location.slice(1).join('.')} ${message}`.trim(),
    );
    return anamError(400, 'Bad Request', `Invalid request body: ${first.join('; ')}`);
  },
  noRoute: (status) => anamError(status, words[status] ?? 'Error', 'Cannot be answered here'),
  problem: (status) => anamError(status, words[status] ?? 'Internal Server Error', 'Something went wrong'),
};

function createToken(tokens: AnamTokens, { mintLimit = Infinity }: AnamOptions, call: Call): Answer {
  // The contract has held the body to exactly this.
  const { personaConfig = {} } = call.body as TokenRequest;
  const reserved = fixedAnswer(anamPersonas, personaConfig.personaId, personaConfig.avatarId);
  if (reserved) return reserved;
  if (tokens.minted >= mintLimit) return anamUsageLimit;
  const type = personaConfig.personaId === undefined ? 'ephemeral' : 'stateful';
  return { status: 200, body: { sessionToken: tokens.mint(type) } };
}

/** Anam, as its document has it. */
export function createAnam(tokens: AnamTokens, options: AnamOptions): House<'anam'> {
  return {
    handlers: { 'sessionTokens.create': (call) => createToken(tokens, options, call) },
    dialect,
    badKeys: anamKeys.map(({ value }) => value),
    browserCredentials: false,
    reset: () => {
      tokens.clear();
    },
  };
}
