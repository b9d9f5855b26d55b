import {cleanLine} from '../model/clean.ts';
import type {Mistake} from './mistake.ts';

/** The plugin that a file of Ansible is for: it asks a cloud, or makes groups of what others said. The file itself names no hosts. */
export const pluginOf = (text: string): string | undefined =>
  /^plugin:[ \t]*["']?([\w.-]+)["']?[ \t]*(?:#.*)?$/m.exec(text)?.[1];

/** What to do about an inventory that only Ansible itself can read. */
export const byAnsible = (path: string): string => {
  const word = cleanLine(path, 300);
  const quoted = /^[\w./~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
  return `let Ansible say its hosts: \`ansible-inventory -i ${quoted} --list > hosts.json\`, then --inventory hosts.json`;
};

/** The one mistake of a file that was named and has no hosts that could be read: only Ansible can, or it is to be run. None for others. */
export const notToBeRead = (path: string, text: string): Mistake | undefined => {
  const plugin = /\.ya?ml$/i.test(path) ? pluginOf(text) : undefined;
  if (plugin !== undefined)
    return {
      what: `it has its hosts from the plugin ${plugin} of Ansible and names none itself`,
      remedy: byAnsible(path),
    };
  if (/\.toml$/i.test(path)) return {what: 'inventories in TOML are not read', remedy: byAnsible(path)};
  if (text.startsWith('$ANSIBLE_VAULT'))
    return {what: 'it is encrypted with Ansible Vault', remedy: byAnsible(path)};
  return /^#! ?\//.test(text)
    ? {
        what: 'it is a program, and may not be executed',
        remedy: 'allow it (chmod +x) to have it run with --list, or name what it printed',
      }
    : undefined;
};
