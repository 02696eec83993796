import { parseArgs } from 'node:util';
import { ConfigError } from './config-error.ts';
import { VARIABLES, type VariableName } from './variables.ts';

/** What the command line asks for: a text to print; or a start or a check with these variables instead of the environment's. */
export type Command =
  | { readonly kind: 'help' | 'version' }
  | { readonly kind: 'start' | 'check'; readonly overrides: Readonly<Partial<Record<VariableName, string>>> };

const OPTIONS: readonly (readonly [option: string, meaning: string])[] = [
  ...Object.values(VARIABLES).flatMap(({ flag, takes, meaning, fallback }) => {
    if (flag === undefined) return [];
    // As a variable it is 1 or 0; as a flag it is there or not.
    if (takes === undefined) return [[flag, meaning.replace(/; 1 or 0$/, '')] as const];
    return [[`${flag} <${takes}>`, `${meaning} (default ${fallback ?? 'none'})`] as const];
  }),
  ['--help', 'print this'],
  ['--version', 'print the version'],
];

export const HELP: string = `token-server: keeps the vendors' keys and hands out short-lived grants

Usage: token-server [options]         serve
       token-server check [options]   try Redis, the issuer's keys and each preset at its vendor, and say what is wrong;
                                      exit status 0 nothing, 1 something, 2 something could not be tried

${OPTIONS.map(([option, meaning]) => `  ${option.padEnd(18)}${meaning}`).join('\n')}

The keys come from the environment: SIMLI_API_KEY, ANAM_API_KEY, LIVEAVATAR_API_KEY.`;

/** Reads the command line. Throws a {@link ConfigError} for what it does not know. */
export function readFlags(args: readonly string[]): Command {
  const [first, ...rest] = args;
  const kind = first === 'check' ? 'check' : 'start';
  const { help, version, dev, port, presets } = parse(kind === 'check' ? rest : args);
  if (help === true || version === true) return { kind: help === true ? 'help' : 'version' };
  return {
    kind,
    overrides: {
      ...(dev === true && { DEV: '1' }),
      ...(port !== undefined && { PORT: port }),
      ...(presets !== undefined && { PRESETS_FILE: presets }),
    },
  };
}

function parse(args: readonly string[]): Flags {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean' },
        version: { type: 'boolean' },
        dev: { type: 'boolean' },
        port: { type: 'string' },
        presets: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new ConfigError([`${reasonOf(error)} Try token-server --help.`]);
  }
}

interface Flags {
  readonly help?: boolean | undefined;
  readonly version?: boolean | undefined;
  readonly dev?: boolean | undefined;
  readonly port?: string | undefined;
  readonly presets?: string | undefined;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) throw error;
  // A stray argument may be a key that was pasted, and Node's message would repeat it.
  const stray = error.code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL';
  return stray
    ? 'It takes one word, check, and only as the first; everything else is an option with its name.'
    : `${error.message.split('. ')[0] ?? ''}.`;
}
