/** How `util.inspect`, and with it `console.log`, prints `target` where it would otherwise print every field. */
export function printAs(target: object, print: (inspect: (value: unknown) => string) => string): void {
  Object.defineProperty(target, Symbol.for('nodejs.util.inspect.custom'), {
    value: (_depth: number, options: object, inspect: (value: unknown, options: object) => string) =>
      print((value) => inspect(value, options)),
  });
}
