import {
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type Pair,
  type YAMLError,
} from 'yaml';

/** Something wrong at a place in a file. */
export interface LocatedProblem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** A YAML text read into a value, and the way back from a path in the value to a line of the text. */
export interface LocatedYaml {
  readonly value: unknown;
  /** What is wrong with the text as YAML. */
  readonly problems: readonly string[];
  /** The problems as lines `file:line:column path message`, in the order of the file. */
  readonly describe: (problems: readonly LocatedProblem[]) => string[];
}

/**
 * Reads a YAML text. Keys given twice are problems: the later one would silently win.
 *
 * @param tellable the only names in the text that a problem may repeat, where anything else in it may be a secret
 */
export function readYaml(file: string, text: string, tellable?: ReadonlySet<string>): LocatedYaml {
  const lines = new LineCounter();
  // Its warnings go to stderr past whoever calls, and quote the text.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const describeAt = (offset: number, path: readonly PropertyKey[], message: string): string => {
    const { line, col } = lines.linePos(offset);
    return [`${file}:${line}:${col}`, formatPath(path, tellable), message]
      .filter((part) => part !== '')
      .join(' ');
  };
  const broken = [...document.errors, ...document.warnings].map((error) => {
    const [offset] = error.pos;
    return describeAt(offset, pathAt(document, offset), wordsOf(error, tellable === undefined));
  });
  const value = broken.length > 0 ? undefined : valueOf(document, tellable === undefined);
  return {
    value,
    problems: value instanceof UnreadableYaml ? [describeAt(0, [], value.message)] : broken,
    describe: (problems) =>
      problems
        .map(({ path, message }) => ({ path, message, offset: offsetOf(document, path) }))
        .sort((a, b) => a.offset - b.offset)
        .map(({ path, message, offset }) => describeAt(offset, path, message)),
  };
}

class UnreadableYaml extends Error {}

// An alias without its anchor, or a bomb of aliases, shows only when values are made of the nodes.
function valueOf(document: Document, mayQuote: boolean): unknown {
  try {
    return document.toJS();
  } catch (error) {
    const words = mayQuote && error instanceof Error ? error.message : undefined;
    return new UnreadableYaml(words ?? 'has an alias without its anchor, or too many of them');
  }
}

function wordsOf({ code, message }: YAMLError, mayQuote: boolean): string {
  if (code === 'DUPLICATE_KEY') return 'is given twice';
  if (code === 'MULTIPLE_DOCS')
    return 'begins another document: the file holds several, separated by ---; give one';
  if (mayQuote) return message;
  const kind = code.toLowerCase().replaceAll('_', ' ');
  return `cannot be read as YAML (${kind}): look at the colons, the quotes and the indents`;
}

/** Where the field of a path stands; for one that is missing, the nearest field around it. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => keyOf(key) === step);
      if (pair === undefined) break;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
      offset = startOf(node) ?? offset;
    } else break;
  }
  return offset;
}

/** The path of the field whose key stands at an offset; empty when none does. */
function pathAt(document: Document, offset: number): PropertyKey[] {
  let path: PropertyKey[] = [];
  visit(document, {
    Pair: (_key, pair, ancestors) => {
      if (startOf(pair.key) !== offset) return undefined;
      path = [...ancestors, pair].flatMap((node, depth, nodes) => stepInto(node, nodes[depth + 1]));
      return visit.BREAK;
    },
  });
  return path;
}

function stepInto(node: Document | Node | Pair, child: Document | Node | Pair | undefined): PropertyKey[] {
  if (isPair(node)) return [keyOf(node.key)];
  return isSeq(node) ? [node.items.indexOf(child)] : [];
}

function keyOf(key: unknown): string {
  return isScalar(key) ? String(key.value) : '?';
}

function startOf(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) ? node.range?.[0] : undefined;
}

/** A path as it is written in a message: `a.b[0]`; names that are not `tellable` as `…`. */
export function formatPath(path: readonly PropertyKey[], tellable?: ReadonlySet<string>): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    const name = tellable?.has(String(step)) === false ? '…' : String(step);
    return text === '' ? name : `${text}.${name}`;
  }, '');
}
