import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** Something exported or a member, and what its JSDoc says, as one line of Markdown. */
export interface Documented {
  readonly name: string;
  readonly text: string;
}

/** The exported constants of a file, in its order. */
export function constantsIn(file: string): readonly Documented[] {
  return parse(file)
    .statements.filter((statement) => ts.isVariableStatement(statement))
    .map((statement) => {
      const name = statement.declarationList.declarations
        .map((declaration) => declaration.name.getText())
        .join();
      return { name, text: textOf(statement) };
    });
}

/** The members of an interface, in its order. */
export function membersIn(file: string, interfaceName: string): readonly Documented[] {
  const found = parse(file).statements.find(
    (statement) => ts.isInterfaceDeclaration(statement) && statement.name.text === interfaceName,
  );
  if (found === undefined || !ts.isInterfaceDeclaration(found))
    throw new Error(`no ${interfaceName} in ${file}`);
  return found.members.map((member) => ({ name: member.name?.getText() ?? '', text: textOf(member) }));
}

/** A text with its sentence about the default taken out, which is given beside it. */
export function splitDefault(text: string): { readonly meaning: string; readonly default: string } {
  const sentence = /(?:^|(?<=\. ))Default:? (.+?)\.(?: |$)/.exec(text);
  if (sentence === null) return { meaning: text, default: '' };
  return { meaning: text.replace(sentence[0], '').trim(), default: sentence[1] ?? '' };
}

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
}

function textOf(node: ts.Node): string {
  const comment = ts
    .getJSDocCommentsAndTags(node)
    .filter((part) => ts.isJSDoc(part))
    .at(-1)?.comment;
  return (ts.getTextOfJSDocComment(comment) ?? '')
    .replaceAll(/\{@link (\w+)\}/g, '`$1`')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
