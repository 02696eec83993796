/** What is asked of the vendor in every measurement, and under which key. */
export const VENDOR_KEY = 'bench-key-0123456789';

const ID = '3c90c3cc-0d44-4b50-8888-8dd25736052a';
export const PERSONA: Readonly<Record<string, string>> = {
  name: 'Cara',
  systemPrompt: 'Be kind.',
  avatarId: ID,
  voiceId: ID,
  llmId: ID,
};

/** The file of a server with every limit set, and none that is reached. */
export const ROOMY = `
limits:
  requests:
    perCaller: { count: 1000000, seconds: 86400 }
    perAddress: { count: 1000000, seconds: 86400 }
    overall: { count: 1000000, seconds: 86400 }
  sessions: { perCaller: 1000000, perVendor: { anam: 1000000 } }
  minutesPerCallerAndDay: 1000000
`;

/** The same for a server whose callers have had their one request. */
export const USED_UP: string = ROOMY.replace('perCaller: { count: 1000000,', 'perCaller: { count: 1,');

/** A preset of Anam's that a caller may name. */
export function anamPreset(name: string, more = ''): string {
  return `  ${name}: { vendor: anam, caps: { maxSessionSeconds: 60 }, request: { personaConfig: ${JSON.stringify(PERSONA)} }${more} }\n`;
}
