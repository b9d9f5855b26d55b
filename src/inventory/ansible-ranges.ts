/** Most hosts that one pattern may stand for: more is a typing mistake. */
const mostHosts = 100_000;
const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/**
 * The hosts that a pattern of an Ansible inventory stands for, as its parser does it (ansible-core 2.14, expand_hostname_range):
 * `web[01:20]`, `db-[a:f]`, `[1:9:2]`, several in one name. Gives a sentence for one that is wrong.
 */
export const expandRange = (pattern: string): string[] | {wrong: string} => {
  const open = pattern.indexOf('[');
  if (/\[[^\]]*$/.test(pattern)) return {wrong: 'its bracket is not closed'};
  if (open === -1 || !/\[[^\]]*:[^\]]*\]/.test(pattern)) return [pattern];
  const close = pattern.indexOf(']', open);
  const bounds = pattern.slice(open + 1, close).split(':');
  const values = boundsOf(bounds);
  if ('wrong' in values) return values;
  const head = pattern.slice(0, open);
  const rest = expandRange(pattern.slice(close + 1));
  if ('wrong' in rest) return rest;
  if (values.length * rest.length > mostHosts) return {wrong: `it stands for more than ${mostHosts} hosts`};
  return values.flatMap(value => rest.map(tail => `${head}${value}${tail}`));
};

const boundsOf = (bounds: readonly string[]): string[] | {wrong: string} => {
  const [begin = '', end = '', stepText = ''] = bounds;
  if (bounds.length < 2 || bounds.length > 3) return {wrong: 'a range is [first:last] or [first:last:step]'};
  if (end === '') return {wrong: 'the range has no end'};
  const step = stepText === '' ? 1 : /^\d+$/.test(stepText) ? Number(stepText) : 0;
  if (step < 1) return {wrong: 'the step of a range is a number from 1'};
  const [from, to] = [letters.indexOf(begin), letters.indexOf(end)];
  if (begin.length === 1 && end.length === 1 && from !== -1 && to !== -1) {
    return from > to
      ? backwards
      : letters
          .slice(from, to + 1)
          .split(/(?:)/)
          .filter((_letter, i) => i % step === 0);
  }
  const first = begin === '' ? '0' : begin;
  if (!/^\d{1,9}$/.test(first) || !/^\d{1,9}$/.test(end)) {
    return {wrong: 'a range goes from one number or letter to another'};
  }
  const isPadded = first.length > 1 && first.startsWith('0');
  if (isPadded && first.length !== end.length) {
    return {wrong: 'with leading zeros both ends of a range have as many digits'};
  }
  const [low, high] = [Number(first), Number(end)];
  if (low > high) return backwards;
  if ((high - low) / step > mostHosts) return {wrong: `it stands for more than ${mostHosts} hosts`};
  const count = Math.floor((high - low) / step) + 1;
  return Array.from({length: count}, (_, i) =>
    String(low + i * step).padStart(isPadded ? first.length : 0, '0'),
  );
};

const backwards = {wrong: 'the range goes backwards'};

/** A host of an inventory and its port: `web1:2222`, `[2001:db8::1]:22`, as Ansible's parse_address; ranges stay as they are. */
export const splitPort = (text: string): {pattern: string; port?: string} => {
  const bracketed = /^\[([0-9a-f:.]+)\](?::(\d+))?$/i.exec(text);
  if (bracketed?.[1] !== undefined && bracketed[1].split(':').length > 3) {
    return {pattern: bracketed[1], ...(bracketed[2] === undefined ? {} : {port: bracketed[2]})};
  }
  const last = /^((?:[^:[\]]|\[[^\]]*\])+):(\d+)$/.exec(text);
  return last?.[1] === undefined || last[2] === undefined
    ? {pattern: text}
    : {pattern: last[1], port: last[2]};
};
