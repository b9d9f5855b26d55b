/** How a key is written for people: `space`, `ctrl+d`, `|` escaped by whoever needs it. */
export const keyNames = (keys: readonly string[]): string => keys.map(key => shown[key] ?? key).join(' ');

const shown: Readonly<Record<string, string>> = {
  pgdn: 'PgDn',
  pgup: 'PgUp',
  home: 'Home',
  end: 'End',
};
