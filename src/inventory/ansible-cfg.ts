import {join} from 'node:path';
import {readText} from './read-text.ts';

/** What is of use in an `ansible.cfg`: where it says the inventories are, and who logs in where no inventory says it. */
export type AnsibleCfg = {file: string; inventories: string[]; remoteUser?: string};

/** The `ansible.cfg` of a folder; undefined where there is none that can be read. */
export const readAnsibleCfg = async (folder: string): Promise<AnsibleCfg | undefined> => {
  const file = join(folder, 'ansible.cfg');
  const text = await readText(file).catch(() => undefined);
  if (text === undefined) return undefined;
  let section = '';
  const defaults = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    section = /^\s*\[([^\]]+)\]/.exec(line)?.[1] ?? section;
    const [, key, value] = /^\s*([a-z_]+)\s*[=:]\s*(.*?)(?:\s+[;#].*)?\s*$/.exec(line) ?? [];
    if (section === 'defaults' && key !== undefined && value !== undefined && value !== '')
      defaults.set(key, value);
  }
  const user = defaults.get('remote_user');
  return {
    file,
    inventories: (defaults.get('inventory') ?? '')
      .split(',')
      .map(path => path.trim())
      .filter(path => path !== ''),
    ...(user === undefined ? {} : {remoteUser: user}),
  };
};
