import {createHmac, timingSafeEqual} from 'node:crypto';

/**
 * Whether the first field of a known_hosts line is about the looked-up name (`host`, or `[host]:port`): a hashed name
 * (`|1|salt|hmac-sha1`), or names and patterns with `*`, `?` and `!` separated by commas. A negated match outweighs all others.
 */
export const matchesHosts = (hosts: string, lookup: string): boolean => {
  if (hosts.startsWith('|')) return matchesHash(hosts, lookup);
  let found = false;
  for (const pattern of hosts.split(',')) {
    const negated = pattern.startsWith('!');
    if (!matchesPattern((negated ? pattern.slice(1) : pattern).toLowerCase(), lookup)) continue;
    if (negated) return false;
    found = true;
  }
  return found;
};

/** Whether the patterns of a `Host` line of ssh_config(5) are about a name in lower case. They know no commas, and are not put in lower case. */
export const hostLineMatches = (patterns: readonly string[], name: string): boolean =>
  patterns.some(pattern => matchesPattern(pattern, name)) &&
  !patterns.some(pattern => pattern.startsWith('!') && matchesPattern(pattern.slice(1), name));

/** A name hashed as ssh does with HashKnownHosts; `salt` is 20 random bytes. */
export const hashName = (lookup: string, salt: Uint8Array): string =>
  `|1|${Buffer.from(salt).toString('base64')}|${hmac(lookup, salt).toString('base64')}`;

const hmac = (lookup: string, salt: Uint8Array): Buffer => createHmac('sha1', salt).update(lookup).digest();

const matchesHash = (hosts: string, lookup: string): boolean => {
  const [, version, salt, hash, ...rest] = hosts.split('|');
  if (version !== '1' || salt === undefined || hash === undefined || rest.length > 0) return false;
  const wanted = Buffer.from(hash, 'base64');
  const found = hmac(lookup, Buffer.from(salt, 'base64'));
  return wanted.length === found.length && timingSafeEqual(wanted, found);
};

/** `*` is any text, `?` one character, all else itself. Two indexes instead of a RegExp: a file full of `*` cannot make it slow. */
const matchesPattern = (pattern: string, text: string): boolean => {
  let at = 0;
  let star = -1;
  let resume = 0;
  let position = 0;
  while (position < text.length) {
    if (pattern[at] === '*') {
      star = at;
      resume = position;
      at += 1;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[position])) {
      at += 1;
      position += 1;
    } else if (star >= 0) {
      at = star + 1;
      resume += 1;
      position = resume;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
};
