/** `1 host`, `1,204 hosts`. */
export const count = (n: number, noun: string, plural = `${noun}s`): string =>
  `${number(n)} ${n === 1 ? noun : plural}`;

/** `10,000` */
export const number = (n: number): string => n.toLocaleString('en-US');

/** `web01, web02 and 3 more` */
export const namesOf = (names: readonly string[], most: number): string => {
  const shown = names.slice(0, most).join(', ');
  const more = names.length - most;
  return more > 0 ? `${shown} and ${number(more)} more` : shown;
};

/** `294.0 MB`, in powers of ten. */
export const bytesWords = (bytes: number): string => {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${number(Math.ceil(bytes / 1000))} kB`;
};
