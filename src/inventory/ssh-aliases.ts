import {readdir} from 'node:fs/promises';
import {homedir} from 'node:os';
import {basename, dirname, isAbsolute, join} from 'node:path';
import SSHConfig, {type Line, type Section} from 'ssh-config';
import {hostNameSchema} from '../model/host.ts';
import type {Foreign, ForeignHost} from './foreign.ts';
import {readText} from './read-text.ts';
import {matcher} from './select.ts';

/** As ssh's own limit for Include. */
const mostDepth = 16;

/**
 * The hosts that an ssh_config names without wildcards. It is read for their names only: how each is reached is asked of ssh itself.
 * Files it includes are read too; those that cannot be are said.
 */
export const readSshAliases = async (path: string): Promise<Foreign> => {
  const hosts = new Map<string, ForeignHost>();
  const notices: string[] = [];
  const forges: string[] = [];
  const read = async (file: string, depth: number): Promise<void> => {
    const text = await readText(file);
    for (const line of linesOf(text)) {
      if (!('param' in line)) continue;
      const param = line.param.toLowerCase();
      if (param === 'include') {
        for (const included of depth < mostDepth
          ? await includedBy(wordsOf(line.value), dirname(path))
          : []) {
          await read(included, depth + 1).catch(
            (error: unknown) => void notices.push(`${included} could not be read: ${String(error)}`),
          );
        }
      }
      if (param !== 'host' || !('config' in line)) continue;
      const fresh = wordsOf(line.value).filter(alias => !/[*?!]/.test(alias) && !hosts.has(alias));
      const aliases = fresh.filter(alias => hostNameSchema.safeParse(alias).success);
      for (const alias of fresh.filter(alias => !aliases.includes(alias)))
        notices.push(`the alias ${alias} cannot be the name of a host here and is not taken up`);
      if (own(line, 'user') === 'git') {
        forges.push(...aliases);
        continue;
      }
      const [first, ...others] = aliases;
      // One HostName for several aliases is one machine with several names.
      const address = others.length === 0 ? undefined : own(line, 'hostname');
      const isOneMachine = first !== undefined && address !== undefined && !address.includes('%');
      if (isOneMachine)
        notices.push(`${others.join(', ')}: other names of ${first}, and not taken up beside it`);
      for (const alias of isOneMachine ? [first] : aliases)
        hosts.set(alias, hostOf(alias, line, file, lineOf(text, alias)));
    }
  };
  await read(path, 0);
  if (forges.length > 0) notices.push(`reached as the user git, so no hosts to patch: ${forges.join(', ')}`);
  const name = basename(path) === 'config' ? 'ssh' : basename(path);
  return {name, groups: [], hosts: [...hosts.values()], mistakes: [], notices};
};

/** The aliases of an ssh_config; none where there is no such file. */
export const countSshAliases = async (path: string): Promise<number> =>
  (await readSshAliases(path).catch(() => undefined))?.hosts.length ?? 0;

const linesOf = (text: string): Line[] => [...SSHConfig.parse(text)];

const wordsOf = (value: Section['value']): string[] =>
  typeof value === 'string' ? value.split(/\s+/).filter(word => word !== '') : value.map(({val}) => val);

/** What a section itself says of a keyword; others may say it too. */
const own = (section: Section, keyword: string): string | undefined => {
  const found = [...section.config].find(item => 'param' in item && item.param.toLowerCase() === keyword);
  return found !== undefined && 'param' in found ? wordsOf(found.value)[0] : undefined;
};

const hostOf = (alias: string, section: Section, file: string, line: number): ForeignHost => {
  const address = (own(section, 'hostname') ?? alias).replaceAll('%h', alias);
  return {
    name: alias,
    at: {file, line, column: 1},
    groups: [],
    settings: new Map(),
    unreadable: [],
    machine: {address, port: Number(own(section, 'port') ?? 22)},
  };
};

const lineOf = (text: string, alias: string): number => {
  const lines = text.split('\n');
  const found = lines.findIndex(line => /^\s*host[\s=]/i.test(line) && line.split(/[\s="]+/).includes(alias));
  return Math.max(0, found) + 1;
};

/** Files of an Include, as ssh looks for them: relative ones below ~/.ssh, or beside the system's file. Wildcards in the last part. */
const includedBy = async (patterns: readonly string[], folder: string): Promise<string[]> => {
  const files: string[] = [];
  for (const pattern of patterns) {
    const whole = pattern.startsWith('~/')
      ? join(homedir(), pattern.slice(2))
      : isAbsolute(pattern)
        ? pattern
        : join(folder, pattern);
    const matches = matcher(basename(whole));
    const names = await readdir(dirname(whole)).catch(() => []);
    files.push(
      ...names
        .filter(name => matches(name) && (!name.startsWith('.') || basename(whole).startsWith('.')))
        .sort()
        .map(name => join(dirname(whole), name)),
    );
  }
  return files;
};
