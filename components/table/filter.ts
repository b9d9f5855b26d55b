export type FieldValue = string | number | boolean | undefined | readonly string[];
/** What a filter can ask a row: its text, and its fields by name. */
export type Filterable = {text: string; field(name: string): FieldValue};

/**
 * Reads a filter: words and `field:value` must all match, `or` between them, `!` in front inverts;
 * `field>=9`, `field<3`, `field=exact`. A word with an unknown field is plain text (`apt:openssl`).
 */
export const parseFilter = (text: string, fields: readonly string[]): ((row: Filterable) => boolean) => {
  const groups = text
    .trim()
    .split(/\s+or\s+|\s*\|\|\s*/i)
    .map(group =>
      group
        .split(/\s+/)
        .filter(word => word !== '' && word !== '!' && word.toLowerCase() !== 'and')
        .map(word => parseTerm(word, fields)),
    )
    .filter(group => group.length > 0);
  if (groups.length === 0) return () => true;
  return row => groups.some(group => group.every(term => term(row)));
};

type Term = (row: Filterable) => boolean;

const parseTerm = (word: string, fields: readonly string[]): Term => {
  if (word.startsWith('!')) {
    const inner = parseTerm(word.slice(1), fields);
    return row => !inner(row);
  }
  const found = /^([a-z-]+)(:|>=|<=|>|<|=)(.*)$/i.exec(word);
  const name = found?.[1]?.toLowerCase();
  const operator = found?.[2];
  const value = found?.[3]?.toLowerCase() ?? '';
  if (name === undefined || operator === undefined || !fields.includes(name)) {
    const plain = word.toLowerCase();
    return row => row.text.includes(plain);
  }
  // Not typed to its end yet: filtering is live, and a half-typed term must not empty the table.
  if (value === '') return () => true;
  return row => compare(row.field(name), operator, value);
};

const compare = (actual: FieldValue, operator: string, value: string): boolean => {
  if (actual === undefined) return false;
  if (typeof actual === 'object') {
    return actual.some(item => compare(item, operator === ':' ? ':' : '=', value));
  }
  if (operator === ':') return String(actual).toLowerCase().includes(value);
  if (operator === '=') return String(actual).toLowerCase() === value;
  const left = Number(actual);
  const right = Number(value);
  if (Number.isNaN(left) || Number.isNaN(right)) return false;
  if (operator === '>=') return left >= right;
  if (operator === '<=') return left <= right;
  return operator === '>' ? left > right : left < right;
};
