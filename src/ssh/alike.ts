import {isIPv4} from 'node:net';
import {hostLineMatches} from './host-pattern.ts';
import {configValue, type SshConfig} from './ssh-config.ts';

/**
 * Hosts that ssh's configuration does not tell apart get the same answer of `ssh -G` but for their name in it. A fleet of thousands has few kinds of
 * them, and asking ssh costs more than the rest of a login.
 */
export type NameRules = {
  /** Names with the same kind have the same answer; undefined: ssh has to be asked about this one. */
  kindOf(name: string): string | undefined;
};

/** The answer to a question about one name, as it is for all of its kind. */
export type Template = SshConfig;

/** What ssh's configuration files, whole, go by. Undefined: by more than `Host` lines, or by some that cannot be read for certain. */
export const readNameRules = (texts: readonly string[]): NameRules | undefined => {
  const hostLines: string[][] = [];
  for (const line of texts.flatMap(text => text.split('\n'))) {
    const [, keyword, value = ''] = /^\s*([a-z0-9]+)(?:\s*=\s*|\s+|$)(.*)$/is.exec(line) ?? [];
    if (keyword === undefined) {
      if (/^\s*(?:#|$)/.test(line)) continue;
      return undefined;
    }
    const means = meanings.get(keyword.toLowerCase());
    if (means === 'patterns') {
      if (/["'\\#=]/.test(value)) return undefined;
      hostLines.push(value.trim().split(/\s+/));
    } else if (means !== undefined && !means.test(value.trim())) {
      return undefined;
    }
  }
  const ofHostLines = (name: string): string =>
    hostLines.map(patterns => (hostLineMatches(patterns, name) ? '1' : '0')).join('');
  return {
    kindOf: name =>
      // ssh writes names in lower case.
      /^[a-z0-9_][a-z0-9_.-]*$/.test(name) && isWrittenAlike(name)
        ? `${isIPv4(name) ? 'address' : 'name'} ${ofHostLines(name)}`
        : undefined,
  };
};

/** ssh writes the addresses that it takes for some in its own way: `127.1` becomes `127.0.0.1`, and `11` becomes `0.0.0.11`. */
const isWrittenAlike = (address: string): boolean => isIPv4(address) || !/^\d[0-9a-fx.]*$|:/i.test(address);

/** Keywords that may tell names apart, with the values by which they do not (ssh_config(5)). */
const meanings = new Map<string, RegExp | 'patterns'>([
  ['host', 'patterns'],
  ['match', /^all$/i],
  ['include', /^[^%]*$/],
  ['canonicalizehostname', /^(?:no|false)$/i],
  ['canonicalizepermittedcnames', /^none$/i],
]);

/** Its name left open. */
export const templateOf = (config: SshConfig, name: string): Template => {
  const template = new Map<string, readonly string[]>();
  for (const [keyword, values] of config) {
    // A socket is named by a digest of the host; none of ours lies there.
    if (keyword !== 'controlpath')
      template.set(
        keyword,
        values.map(value => value.replaceAll(name, mark)),
      );
  }
  return template;
};

export const sameTemplate = (one: Template, other: Template): boolean =>
  one.size === other.size &&
  [...one].every(([keyword, values]) => {
    const others = other.get(keyword);
    return others?.length === values.length && values.every((value, index) => value === others[index]);
  });

/** The answer for a name. Undefined where the answer speaks of it (as its jump host) or ssh might write it otherwise: that one may be told apart. */
export const fillTemplate = (template: Template, name: string): SshConfig | undefined => {
  const config = new Map<string, readonly string[]>();
  for (const [keyword, values] of template) {
    if (values.some(value => value.includes(name))) return undefined;
    const marked = values.some(value => value.includes(mark));
    config.set(keyword, marked ? values.map(value => value.replaceAll(mark, () => name)) : values);
  }
  return isWrittenAlike(configValue(config, 'hostname') ?? '') ? config : undefined;
};

/** Stands for the name; in no answer of ssh. */
const mark = '\0';
