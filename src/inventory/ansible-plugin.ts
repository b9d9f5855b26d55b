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

/** The one mistake of a file that was named and that only Ansible can read; none for any other. */
export const onlyForAnsible = (path: string, text: string): Mistake | undefined => {
  const plugin = /\.ya?ml$/i.test(path) ? pluginOf(text) : undefined;
  if (plugin !== undefined)
    return {
      what: `it has its hosts from the plugin ${plugin} of Ansible and names none itself`,
      remedy: byAnsible(path),
    };
  return /\.toml$/i.test(path)
    ? {what: 'inventories in TOML are not read', remedy: byAnsible(path)}
    : undefined;
};
