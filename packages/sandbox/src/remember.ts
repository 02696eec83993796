/** Enough for any test, and a bound for a benchmark that mints for hours. */
const MAX_REMEMBERED = 100_000;

/** Adds to a map that forgets its oldest entries rather than grow without bound. */
export function remember<K, V>(map: Map<K, V>, key: K, value: V): void {
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= MAX_REMEMBERED) return;
    map.delete(oldest);
  }
}
