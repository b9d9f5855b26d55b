import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import PQueue from 'p-queue';
import {askOpenssh} from './openssh.ts';
import {askOurs} from './ours.ts';
import {rows, type Row} from './rows.ts';
import {addressOf, makeWorld, type World} from './world.ts';

/**
 * Asks both sides every row and prints a line of JSON for each. Started by the test as a program of its own, in namespaces of its own (unshare), with
 * a folder that it may fill.
 */
const folder = process.argv[2];
if (folder === undefined) throw new Error('a folder has to be given');

/** What known_hosts has where a row says nothing: every key, by name and address, for both ports of a. */
const knownOf = (world: World): string[] =>
  [...world.keys].flatMap(([name, key]) => {
    const number = 'abcde'.indexOf(name.split('.')[0] ?? '') + 1;
    if (number === 0 || (name.length > 1 && number > 1)) return [];
    const host = `${'abcde'[number - 1] ?? ''}.lab.test`;
    const address = addressOf(number);
    return [`${host},${address} ${key}`, `[${host}]:2200,[${address}]:2200 ${key}`];
  });

const layOut = async (world: World, row: Row, at: string): Promise<string> => {
  await mkdir(at, {recursive: true});
  const fill = (text: string): string => world.fill(text.replaceAll('{row}', at));
  const usual = [
    ...['Host *', 'User alice', 'GlobalKnownHostsFile none', 'ControlPath none'],
    ...[`UserKnownHostsFile {row}/known_hosts`, 'HashKnownHosts no', 'UpdateHostKeys no'],
    ...(row.keys ?? ['good']).map(key => `IdentityFile {keys}/${key}`),
  ];
  const config = join(at, 'config');
  await writeFile(config, fill(`${[...(row.config ?? []), ...usual].join('\n')}\n`));
  await writeFile(join(at, 'known_hosts'), `${(row.known?.map(fill) ?? knownOf(world)).join('\n')}\n`);
  for (const [name, text] of Object.entries(row.files ?? {})) {
    const own = /^\{private:(.+)\}$/.exec(text)?.[1];
    const bytes = own === undefined ? fill(text) : await readFile(join(world.folder, 'keys', own));
    await mkdir(dirname(join(at, name)), {recursive: true});
    await writeFile(join(at, name), bytes, {mode: 0o600});
  }
  return config;
};

const world = await makeWorld(folder);
try {
  const queue = new PQueue({concurrency: 4});
  await queue.addAll(
    rows.map((row, index) => async () => {
      // OpenSSH may write into its files: each side has its own.
      const [theirs, forced, chosen] = await Promise.all(
        ['theirs', 'forced', 'chosen'].map(side =>
          layOut(world, row, join(world.folder, `row${index}-${side}`)),
        ),
      );
      const outcome = {
        openssh: await askOpenssh(theirs ?? '', row, join(world.folder, 'no-agent')),
        forced: await askOurs(forced ?? '', row, true),
        chosen: await askOurs(chosen ?? '', row, false),
      };
      console.log(JSON.stringify({row: row.name, ...outcome}));
    }),
  );
} finally {
  await world.stop();
}
