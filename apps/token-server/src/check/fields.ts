/** What stands at a path of fields; `undefined` where there is nothing. */
export function fieldIn(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inside, name) => {
    return typeof inside === 'object' && inside !== null && Object.hasOwn(inside, name)
      ? (inside as Record<string, unknown>)[name]
      : undefined;
  }, value);
}
