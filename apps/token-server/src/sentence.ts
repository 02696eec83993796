/** One sentence of what is wrong in several places; each may be a question already. */
export function sentenceOf(parts: readonly string[]): string {
  const text = parts.join('; ');
  return text.endsWith('?') ? text : `${text}.`;
}
