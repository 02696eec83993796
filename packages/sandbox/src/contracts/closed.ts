/** These hold conditions, not shapes: closing them would change what they ask. */
const conditions = new Set(['if', 'not', 'enum', 'const', 'required']);

/**
 * The same schema, refusing unknown fields: running it beside the open one finds what a vendor swallows.
 * A schema with an `if` only chooses; the branches it chooses from are complete, and are closed themselves.
 */
export function closed(schema: object): object {
  const entries = Object.entries(schema).map(([keyword, value]: [string, unknown]) => [
    keyword,
    conditions.has(keyword) ? value : closedValue(value),
  ]);
  const copy = Object.fromEntries(entries) as Record<string, unknown>;
  const complete = 'properties' in schema && !('if' in schema);
  return complete && !('additionalProperties' in schema) ? { ...copy, additionalProperties: false } : copy;
}

function closedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closedValue);
  return typeof value === 'object' && value !== null ? closed(value) : value;
}
