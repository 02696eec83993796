import { dirname, relative, resolve, sep } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../..');

const LEAVES =
  'Another package is imported by its name: a path that leaves this one leads nowhere once it is installed alone.';
const UNKNOWN = 'What is imported must be written out, so that it can be seen here who imports whom.';

/**
 * A lint rule for what a file imports, in whichever way: `import`, `export … from`, `import()`, `import('…')` in a type.
 * A path is judged by where it leads, from the top of the repository, such as `packages/core/src/errors.ts`; everything
 * else by its name. The rule's option is a list of what is forbidden: `{ imports: a regular expression, because }`.
 */
export const importsRule = {
  meta: { type: 'problem', schema: [{ type: 'array' }] },
  create(context) {
    const [forbidden] = context.options;
    const from = relative(ROOT, context.filename).split(sep);
    const home = `${from.slice(0, 2).join('/')}/`;

    const faultOf = (source) => {
      const name = textOf(source);
      if (name === undefined) return UNKNOWN;
      const isPath = /^\.{0,2}\//.test(name) || name === '.' || name === '..';
      const target = isPath
        ? relative(ROOT, resolve(dirname(context.filename), name)).replaceAll(sep, '/')
        : name;
      if (isPath && !target.startsWith(home)) return LEAVES;
      return forbidden.find(({ imports }) => new RegExp(imports).test(target))?.because;
    };
    const check = ({ source }) => {
      if (source == null) return;
      const message = faultOf(source);
      if (message !== undefined) context.report({ node: source, message });
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
      TSImportType: check,
    };
  },
};

/** The text of a literal, in quotes or in backticks; `undefined` where something is put together. */
function textOf({ type, value, quasis, expressions }) {
  if (type === 'Literal') return String(value);
  return type === 'TemplateLiteral' && expressions.length === 0 ? quasis[0].value.cooked : undefined;
}
