import { randomUUID } from 'node:crypto';
import type { Clock } from '../../control/clock.ts';
import { remember } from '../../remember.ts';
import { jwtPayload, jwtShaped } from '../jwt.ts';

/** Documented: "valid for one hour". */
const LIFETIME_SECONDS = 3600;

/** What of a persona the sandbox acts on. */
export interface AnamPersona {
  readonly personaId?: string | undefined;
  readonly avatarId?: string | undefined;
  readonly maxSessionLengthSeconds?: number | undefined;
  readonly initialMessage?: string | null | undefined;
  readonly skipGreeting?: boolean | undefined;
  readonly voiceDetectionOptions?: VoiceDetection | undefined;
}

interface VoiceDetection {
  readonly silenceBeforeSessionEndSeconds?: number | undefined;
}

/**
 * That alone of what was sent, since it is remembered for as long as its token. A stored persona is its id: what is
 * sent beside it is swallowed.
 */
export function personaOf(sent: AnamPersona): AnamPersona {
  const { personaId, avatarId, maxSessionLengthSeconds, initialMessage, skipGreeting } = sent;
  if (personaId !== undefined) return { personaId };
  const { silenceBeforeSessionEndSeconds } = sent.voiceDetectionOptions ?? {};
  const voiceDetectionOptions = { silenceBeforeSessionEndSeconds };
  return { avatarId, maxSessionLengthSeconds, initialMessage, skipGreeting, voiceDetectionOptions };
}

/**
 * Whether a credential is a session token and no API key: one of this sandbox's, or one of another day's, which has
 * the same payload and must not pass for a key.
 */
export function isSessionToken(credential: string): boolean {
  return typeof jwtPayload(credential)?.['sessionId'] === 'string';
}

interface AnamToken {
  readonly sessionId: string;
  readonly persona: AnamPersona;
  readonly expiresAt: number;
  used: boolean;
}

/** Session tokens: one hour, one use. */
export class AnamTokens {
  readonly #clock: Clock;
  readonly #tokens = new Map<string, AnamToken>();
  readonly #accountId: string = randomUUID();
  minted = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  mint(persona: AnamPersona): string {
    const type = persona.personaId === undefined ? 'ephemeral' : 'stateful';
    const sessionId = randomUUID();
    const iat = Math.floor(this.#clock.now() / 1000);
    const exp = iat + LIFETIME_SECONDS;
    const token = jwtShaped({ sessionId, accountId: this.#accountId, type, iat, exp });
    remember(this.#tokens, token, { sessionId, persona, expiresAt: exp * 1000, used: false });
    this.minted += 1;
    return token;
  }

  /** What the token was minted for, whatever became of it since. */
  persona(token: string): AnamPersona | undefined {
    return this.#tokens.get(token)?.persona;
  }

  /** Uses a token up, for the session that it names; `undefined` for one that is unknown, used or expired. */
  redeem(token: string): string | undefined {
    const known = this.#tokens.get(token);
    if (!known || known.used || known.expiresAt <= this.#clock.now()) return undefined;
    known.used = true;
    return known.sessionId;
  }

  clear(): void {
    this.#tokens.clear();
    this.minted = 0;
  }
}
