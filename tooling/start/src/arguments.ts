import { parseArgs } from 'node:util';

export interface Arguments {
  readonly settings: string;
  readonly open: boolean;
}

/** What was asked for is nothing that this command knows. */
export class WrongArguments extends Error {
  override readonly name = 'WrongArguments';
}

/** Reads the command line. `settings` is the file that is read where none is named. */
export function readArguments(args: readonly string[], settings: string): Arguments {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        settings: { type: 'string', default: settings },
        open: { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new WrongArguments(`${why}. There are --open and --settings <file>.`, { cause: error });
  }
}
