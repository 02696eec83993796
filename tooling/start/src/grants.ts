import type { Vendor } from './settings.ts';

/** A preset as the token server lists it. */
export interface Preset {
  readonly name: string;
  readonly vendor: Vendor;
}

/** What came of asking for a session: the grant, or the problem document. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** The presets that the token server offers. */
export async function presetsOf(tokenServer: string): Promise<readonly Preset[]> {
  const answer = await fetch(`${tokenServer}/v1/presets`);
  return ((await answer.json()) as { presets: readonly Preset[] }).presets;
}

/** Asks for one session, as a browser would. */
export async function mint(tokenServer: string, preset: string): Promise<Answer> {
  const answer = await fetch(`${tokenServer}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ preset }),
  });
  return { status: answer.status, body: await answer.json() };
}

const SHOWN_OF_A_SECRET = 8;

/** The same with everything shortened that opens something: a terminal is copied into chats and issues. */
export function withoutSecrets(value: unknown, name = ''): unknown {
  if (typeof value === 'string' && /token|credential/i.test(name))
    return `${value.slice(0, SHOWN_OF_A_SECRET)}…`;
  if (Array.isArray(value)) return value.map((element) => withoutSecrets(element, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutSecrets(inner, key)]));
}
