import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pack } from '../src/pack.ts';
import { published } from '../src/workspace.ts';

/** What a stranger does with one vendor's package. */
export interface Stranger {
  readonly package: string;
  readonly client: string;
  /** A check that the package's `./schemas` exports. */
  readonly check: string;
  /** Mints, given a `client`. */
  readonly mint: string;
  /** The answer's field that holds the token. */
  readonly token: string;
  /** The same call with a misspelt field, which must not compile. */
  readonly misspelt: string;
}

export const strangers: readonly Stranger[] = [
  {
    package: '@org/simli',
    client: 'Simli',
    check: 'createTokenInput',
    mint: "client.compose.createToken({ faceId: 'face' })",
    token: 'session_token',
    misspelt: "client.compose.createToken({ faceID: 'face' })",
  },
  {
    package: '@org/anam',
    client: 'Anam',
    check: 'createSessionTokenInput',
    mint: "client.sessionTokens.create({ personaConfig: { personaId: 'persona' } })",
    token: 'sessionToken',
    misspelt: "client.sessionTokens.create({ personaConfig: { personaID: 'persona' } })",
  },
  {
    package: '@org/liveavatar',
    client: 'LiveAvatar',
    check: 'createTokenInput',
    mint: "client.sessions.createToken({ avatar_id: '073b60a9-89a8-45aa-8902-c358f64d2852' })",
    token: 'session_token',
    misspelt: "client.sessions.createToken({ avatarId: '073b60a9-89a8-45aa-8902-c358f64d2852' })",
  },
];

/** Packs a package, somewhere below `workplace`, and gives the path of its tarball. */
export function tarballOf(name: string, workplace: string): string {
  const directory = published.get(name);
  if (directory === undefined) throw new Error(`${name} is not a published package`);
  return pack(directory, mkdtempSync(join(workplace, 'packed-'))).tarball;
}

/** Writes what the stranger runs and compiles. */
export function writeSources(project: string, stranger: Stranger): void {
  const files = {
    'esm.mjs': `import { ${stranger.client}, ConfigurationError, isAvatarError } from '${stranger.package}';
import { ${stranger.check} } from '${stranger.package}/schemas';
${program(stranger)}`,
    'cjs.cjs': `const { ${stranger.client}, ConfigurationError, isAvatarError } = require('${stranger.package}');
const { ${stranger.check} } = require('${stranger.package}/schemas');
${program(stranger)}`,
    'node16/esm.mts': typed(stranger),
    'node16/cjs.cts': typed(stranger),
    'bundler/app.ts': typed(stranger),
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(project, name, '..'), { recursive: true });
    writeFileSync(join(project, name), text);
  }
}

/** Mints, breaks a rule, and prints what came of both. */
function program({ client, check, mint, token }: Stranger): string {
  return `async function main() {
  const client = new ${client}({ baseUrl: process.env.BASE_URL });
  const { ${token} } = await ${mint};
  await client.close();
  let caught;
  try { new ${client}({ maxAttempts: 0 }); } catch (error) { caught = error; }
  console.log(JSON.stringify({
    minted: ${token}.length > 0,
    recognised: isAvatarError(caught, 'configuration') && caught instanceof ConfigurationError,
    refused: ${check}['~standard'].validate({ nonsense: 1 }).issues.length > 0,
  }));
}
main();
`;
}

/** The types that a stranger needs to write options, hooks and loggers of his own apart from the client. */
const NAMED = [
  'ApiKey',
  'BudgetExhaustedEvent',
  'CallEvent',
  'DispatcherLike',
  'ErrorEvent',
  'FetchLike',
  'Hooks',
  'Logger',
  'LogLevel',
  'RequestEvent',
  'ResponseEvent',
  'RetryBudgetLike',
  'RetryEvent',
  'RetryPermit',
  'SchemaDriftEvent',
  'SecretLike',
  'SuccessEvent',
].join(', ');

function typed(stranger: Stranger): string {
  return `import { ${stranger.client}, isAvatarError, type CallOptions } from '${stranger.package}';
import type { ${NAMED} } from '${stranger.package}';
import { ${stranger.check} } from '${stranger.package}/schemas';

const client = new ${stranger.client}({ apiKey: 'key' });

export async function mint(): Promise<string> {
  try {
    const { ${stranger.token} } = await ${stranger.mint};
    return ${stranger.token};
  } catch (error) {
    if (isAvatarError(error, 'timeout')) return error.scope;
    throw error;
  }
}

export const options: CallOptions = { deadlineMs: 5_000 };
export type Named = [${NAMED}];
export const close: () => PromiseLike<void> = () => client[Symbol.asyncDispose]();
export const check: object = ${stranger.check};
// @ts-expect-error a field that the vendor does not have
export const wrong: unknown = ${stranger.misspelt};
`;
}
