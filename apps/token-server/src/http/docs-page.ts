import type { OpenApi, Operation } from './openapi.ts';
import { PROBLEM_KINDS } from './problem-codes.ts';

const METHODS = ['get', 'post', 'delete'] as const;

const STYLE = `:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;overflow-wrap:break-word}
table{border-collapse:collapse}td,th{text-align:left;vertical-align:top;padding:.25rem 1rem .25rem 0}
pre{white-space:pre-wrap;padding:1rem;border:1px solid}
@media(max-width:40rem){td,th{display:block;padding:0}tr{display:block;padding:.5rem 0}tr:has(th){display:none}}`;

/** The contract as one page, without a script and without anything from elsewhere. */
export function docsPage({ info, paths, components }: OpenApi): string {
  const routes = Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation === undefined ? [] : [route(method, path, operation)];
    }),
  );
  const problems = Object.entries(PROBLEM_KINDS).map(
    ([code, { status, title, hint = '' }]) =>
      `<tr><td><code>${code}</code><td>${status}<td>${escape(title)}<td>${escape(hint)}</tr>`,
  );
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) => `<h3 id="${name}">${name}</h3>${shown(schema)}`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(info.title)}</title><style>${STYLE}</style>
<h1>${escape(info.title)} ${escape(info.version)}</h1><p>${escape(info.description)} <a href="openapi.json">openapi.json</a>
<h2>Routes</h2>${routes.join('\n')}
<h2>Problems</h2><table><tr><th>code<th>status<th>what happened<th>what to do</tr>${problems.join('\n')}</table>
<h2>Answers</h2>${schemas.join('\n')}</html>
`;
}

function route(method: string, path: string, operation: Operation): string {
  const { summary, security, parameters = [], requestBody, responses } = operation;
  const proof = security?.some((one) => Object.keys(one).length === 0) === true ? 'not needed' : 'needed';
  const rows = Object.entries(responses).map(([status, { description, content = {} }]) => {
    const named = JSON.stringify(content).match(/#\/components\/schemas\/(\w+)/)?.[1];
    const link = named === undefined ? '' : ` <a href="#${named}">${named}</a>`;
    return `<tr><td>${status}<td>${escape(description)}${link}</tr>`;
  });
  return `<h3><code>${method.toUpperCase()} ${escape(path)}</code></h3><p>${escape(summary)}. Authorization: ${proof}.
${[...parameters, ...(requestBody === undefined ? [] : [requestBody])].map(shown).join('')}<table>${rows.join('')}</table>`;
}

function shown(value: object): string {
  return `<pre>${escape(JSON.stringify(value, undefined, 2))}</pre>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
