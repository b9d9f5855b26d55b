/** A map of a parsed file, whatever its keys; `__proto__` is one like any other. */
export const isPlainMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The entries of a map; none for anything else. */
export const entriesOf = (value: unknown): [string, unknown][] =>
  isPlainMap(value) ? Object.entries(value) : [];

/** `web1:` with nothing behind it is a host, group or section without settings. */
export const withEmptyMaps = (raw: unknown): unknown => {
  if (!isPlainMap(raw)) return raw;
  const filled: Record<string, unknown> = {...raw};
  for (const section of ['groups', 'hosts']) {
    if (!(section in filled)) continue;
    const entries = filled[section] ?? {};
    filled[section] = isPlainMap(entries)
      ? Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, entry ?? {}]))
      : entries;
  }
  if ('defaults' in filled) filled['defaults'] ??= {};
  return filled;
};
