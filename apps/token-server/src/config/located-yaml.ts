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
export interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** A YAML text read into a value, and the way back from a path in the value to a line of the text. */
export interface LocatedYaml {
  readonly value: unknown;
  /** What is wrong with the text as YAML. */
  readonly problems: readonly string[];
  /** The problems as lines `file:line:column path message`, in the order of the file. */
  readonly describe: (problems: readonly Problem[]) => string[];
}

/** Reads a YAML text. Keys given twice are problems: the later one would silently win. */
export function readYaml(file: string, text: string): LocatedYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const line = (offset: number, path: readonly PropertyKey[], message: string): string => {
    const { line, col } = lines.linePos(offset);
    return [`${file}:${line}:${col}`, formatPath(path), message].filter((part) => part !== '').join(' ');
  };
  const broken = [...document.errors, ...document.warnings].map((error) => {
    const [offset] = error.pos;
    return line(offset, pathAt(document, offset), wordsOf(error));
  });
  const value = broken.length > 0 ? undefined : valueOf(document);
  return {
    value,
    problems: value instanceof UnreadableYaml ? [line(0, [], value.message)] : broken,
    describe: (problems) =>
      problems
        .map(({ path, message }) => ({ path, message, offset: offsetOf(document, path) }))
        .sort((a, b) => a.offset - b.offset)
        .map(({ path, message, offset }) => line(offset, path, message)),
  };
}

class UnreadableYaml extends Error {}

// An alias without its anchor, or a bomb of aliases, shows only when values are made of the nodes.
function valueOf(document: Document): unknown {
  try {
    return document.toJS();
  } catch (error) {
    return new UnreadableYaml(error instanceof Error ? error.message : 'cannot be read');
  }
}

function wordsOf({ code, message }: YAMLError): string {
  return code === 'DUPLICATE_KEY' ? 'is given twice' : message;
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

function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? String(step) : `${text}.${String(step)}`;
  }, '');
}
