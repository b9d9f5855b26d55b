import {readFile} from 'node:fs/promises';
import {dirname} from 'node:path';
import {
  fillTemplate,
  readNameRules,
  sameTemplate,
  templateOf,
  type NameRules,
  type Template,
} from './alike.ts';
import {askSsh, type SshAnswer} from './ask-ssh.ts';
import {stampOf} from './file-stamp.ts';
import {createGate} from './gate.ts';
import type {SshConfig, SshConfigQuestion} from './ssh-config.ts';

export type SshConfigReader = (question: SshConfigQuestion) => Promise<SshConfig>;

/** `Match exec` looks at the world, so an answer is not kept for ever even when no file changed. */
const maxAgeMs = 60_000;

/**
 * What `ssh -G` says of a host. Answers are kept until a file that ssh read, or a folder of one, changes: per question, and where two hosts of one kind
 * got the same answer but for their names, for all of that kind. Throws `ssh.unresolved`.
 */
export const createSshConfigReader = (
  options: {program?: string; timeoutMs?: number; now?: () => number} = {},
): SshConfigReader => {
  const {program = 'ssh', timeoutMs = 10_000, now = Date.now} = options;
  const gate = createGate(4);
  const stampsOf = createStamps();
  /** By the question without its name. */
  const worlds = new Map<string, World>();

  const isFresh = async (world: World): Promise<boolean> =>
    now() - world.at < maxAgeMs && (await stampsOf(world.files)) === world.stamp;
  const known = async ({name, ...others}: SshConfigQuestion): Promise<SshConfig | undefined> => {
    const world = worlds.get(JSON.stringify(others));
    return world !== undefined && (await isFresh(world)) ? answerOf(world, name) : undefined;
  };
  const learn = async ({name, ...others}: SshConfigQuestion, {config, files}: SshAnswer): Promise<void> => {
    const key = JSON.stringify(others);
    const old = worlds.get(key);
    const isOfOld = old !== undefined && old.files.join('\n') === files.join('\n') && (await isFresh(old));
    const world = isOfOld ? old : await newWorld(files);
    worlds.set(key, world);
    world.answers.set(name, config);
    const kind = world.rules?.kindOf(name);
    if (kind !== undefined) learnKind(world, kind, name, config);
  };
  const newWorld = async (files: string[]): Promise<World> => {
    const stamp = await stampsOf(files);
    const texts = await Promise.all(files.map(file => readFile(file, 'utf8').catch(() => '')));
    return {at: now(), files, stamp, rules: readNameRules(texts), answers: new Map(), kinds: new Map()};
  };

  return async question => {
    const before = await known(question);
    if (before !== undefined) return before;
    const leave = await gate.enter();
    try {
      // Those before in the line may have taught what this one asks.
      const since = await known(question);
      if (since !== undefined) return since;
      const answer = await askSsh(program, question, timeoutMs);
      await learn(question, answer);
      return answer.config;
    } finally {
      leave();
    }
  };
};

/** What was learnt while the same files stood there. */
type World = {
  at: number;
  files: string[];
  stamp: string;
  rules: NameRules | undefined;
  /** By name. */
  answers: Map<string, SshConfig>;
  kinds: Map<string, Kind>;
};
/** `apart`: hosts of this kind did get different answers. */
type Kind =
  {is: 'seen'; name: string; template: Template} | {is: 'alike'; template: Template} | {is: 'apart'};

const answerOf = ({answers, rules, kinds}: World, name: string): SshConfig | undefined => {
  const own = answers.get(name);
  if (own !== undefined) return own;
  const kind = kinds.get(rules?.kindOf(name) ?? '');
  return kind?.is === 'alike' ? fillTemplate(kind.template, name) : undefined;
};

const learnKind = ({kinds}: World, key: string, name: string, config: SshConfig): void => {
  const kind = kinds.get(key);
  const template = templateOf(config, name);
  if (kind === undefined) kinds.set(key, {is: 'seen', name, template});
  else if (kind.is === 'seen' && kind.name !== name) {
    kinds.set(key, sameTemplate(kind.template, template) ? {is: 'alike', template} : {is: 'apart'});
  }
};

/** Changes whenever one of the files or a folder of one does. Those who ask while the files are looked at get what is found. */
const createStamps = (): ((files: readonly string[]) => Promise<string>) => {
  const looking = new Map<string, Promise<string>>();
  return files => {
    const paths = [...new Set(files.flatMap(file => [file, dirname(file)]))];
    const key = paths.join('\n');
    const found =
      looking.get(key) ??
      Promise.all(paths.map(stampOf))
        .then(stamps => stamps.join(' '))
        .finally(() => looking.delete(key));
    looking.set(key, found);
    return found;
  };
};
