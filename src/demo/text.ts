/** An answer as the probes read it: each part headed by `@@ name`, closed by `@@ end`. */
export const answer = (
  ...parts: readonly (readonly [name: string, lines: readonly string[] | string])[]
): string =>
  [
    ...parts.flatMap(([name, lines]) => [`@@ ${name}`, ...(typeof lines === 'string' ? [lines] : lines)]),
    '@@ end',
    '',
  ].join('\n');

/** Names as apt lays them out: two spaces in front, lines of at most 78 characters. */
export const wrapped = (names: readonly string[]): string[] => {
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    if (last === undefined || last.length + name.length > 77) lines.push(`  ${name}`);
    else lines[lines.length - 1] = `${last} ${name}`;
  }
  return lines;
};

/** A size as apt says it. */
export const size = (bytes: number): string => {
  if (bytes >= 10_000_000) return `${(bytes / 1e6).toFixed(1)} MB`;
  return bytes >= 1000 ? `${Math.round(bytes / 1000).toLocaleString('en')} kB` : `${bytes} B`;
};

/** `2026-11-24T02:53:02Z` */
export const timestamp = (now: number): string => `${new Date(now).toISOString().slice(0, 19)}Z`;
