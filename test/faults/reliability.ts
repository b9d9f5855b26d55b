import {readdir, readFile} from 'node:fs/promises';
import {basename, join, relative} from 'node:path';
import {fileURLToPath} from 'node:url';

/** What docs/reliability.md is made from: every test of the fault suite, and those elsewhere that provoke a fault of its list. */
const root = fileURLToPath(new URL('../..', import.meta.url));

/** Tests that lie with the part they are about; all titles of a file, or those that hold the words. */
const elsewhere: readonly {file: string; fault: string; only?: RegExp}[] = [
  {
    file: 'test/store/journal.test.ts',
    fault: 'the journal',
    only: /^(with|is refused|is taken|cut at|is not mended|is read-only)/,
  },
  {file: 'test/store/journal-writer.test.ts', fault: 'the disk, and kill -9 while recording'},
  {file: 'test/lab/store.test.ts', fault: 'a full disk'},
  {
    file: 'test/store/durable-file.test.ts',
    fault: 'a state file',
    only: /link|pipe|user|others|larger|written|file is refused/,
  },
  {file: 'test/store/snapshot.test.ts', fault: 'the snapshot'},
  {file: 'test/store/files.test.ts', fault: 'a file by digest', only: /changed|gone|planted/},
  {
    file: 'test/store/run-store.test.ts',
    fault: 'the record of a run',
    only: /torn|flipped|contradict|gone|link|killed|hold one run|others|other things/,
  },
  {file: 'test/store/lock.test.ts', fault: 'the lock of a run', only: /killed|thread|without flock|beside/},
  {file: 'test/store/network-disk.test.ts', fault: 'a state directory on NFS'},
  {file: 'test/e2e/console-dies.test.ts', fault: 'the console dies'},
  {file: 'test/store/every-version.test.ts', fault: 'a record of an older version'},
  {file: 'test/ssh/connect.test.ts', fault: 'the way to a host'},
  {file: 'test/ssh/host-key.test.ts', fault: 'host keys'},
  {file: 'test/ssh/known-hosts.test.ts', fault: 'known_hosts'},
  {
    file: 'test/ssh/run-script.test.ts',
    fault: 'a script on a host',
    only: /lost|killed|floods|given up|garbage|noise|allows|closes|talks|echoes|fed/,
  },
  {file: 'test/ssh/become.test.ts', fault: 'sudo'},
  {
    file: 'test/lab/ssh.test.ts',
    fault: 'a real sshd and sudo',
    only: /sudo|requiretty|shell|killed|allows|dropped|password/,
  },
  {file: 'test/jobs/follow.test.ts', fault: 'following a job'},
  {file: 'test/lab/jobs.test.ts', fault: 'a job on a real host'},
  {file: 'test/lab/faults.test.ts', fault: 'an upgrade of real hosts'},
  {file: 'test/lab/kill-anywhere.test.ts', fault: 'kill -9 at every step'},
  {file: 'test/lab/way-back.test.ts', fault: 'the way back', only: /cannot be reached/},
  {file: 'test/model/clean.test.ts', fault: 'hostile text'},
  {file: 'test/e2e/terminal-manners.test.ts', fault: 'the terminal'},
];

export type Row = {fault: string; expectation: string; file: string};

const title =
  /^ *(?:it|test)(?:\.each\([\s\S]*?\n? *\]\)|\.each\(\w+\))?\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/gm;

/** Titles of the tests of a file, in order. */
const titlesOf = async (file: string): Promise<string[]> => {
  const text = await readFile(join(root, file), 'utf8');
  return (
    [...text.matchAll(title)]
      .map(([, single, double, template]) => (single ?? double ?? template ?? '').replace(/\\(['"`])/g, '$1'))
      // `%s` alone: the titles are in a list above it.
      .filter(text => text.length > 5)
  );
};

const testsIn = async (folder: string): Promise<string[]> => {
  const names = await readdir(join(root, folder));
  return names
    .filter(name => name.endsWith('.test.ts') && name !== 'reliability.test.ts')
    .sort()
    .map(name => join(folder, name));
};

/** Every fault with what is expected, in the order of the page. Throws for a file of the list that has no such test. */
export const rows = async (): Promise<{suite: Row[]; others: Row[]}> => {
  const suite: Row[] = [];
  for (const file of [...(await testsIn('test/faults')), ...(await testsIn('test/lab/faults'))]) {
    const fault = basename(file, '.test.ts').replaceAll('-', ' ');
    for (const expectation of await titlesOf(file)) suite.push({fault, expectation, file});
  }
  const others: Row[] = [];
  for (const {file, fault, only} of elsewhere) {
    const found = (await titlesOf(file)).filter(text => only?.test(text) ?? true);
    if (found.length === 0) throw new Error(`${file} has no test of ${fault}`);
    for (const expectation of found) others.push({fault, expectation, file});
  }
  return {suite, others};
};

const table = (lines: readonly Row[]): string =>
  [
    '| fault | expectation | test |',
    '|---|---|---|',
    ...lines.map(
      ({fault, expectation, file}) =>
        `| ${fault} | ${expectation.replaceAll('|', '\\|').replaceAll('<', '&lt;')} | \`${file}\` |`,
    ),
  ].join('\n');

/** The page, made from the tests as they are. */
export const page = async (): Promise<string> => {
  const {suite, others} = await rows();
  const files = new Set([...suite, ...others].map(({file}) => file));
  return `# Reliability

No fault of link, host, disk, console or operator makes the console lie, lose state, or run something twice. What follows is made from the tests
themselves (\`node test/faults/reliability.ts\`): ${suite.length + others.length} faults in ${files.size} files, each with what is expected of it. Tests below
\`test/lab\` break real hosts and need root; all others run anywhere.

## The fault suite
${table(suite)}

## Faults tested with the part they are about
${table(others)}
`;
};

export const pagePath = join(root, 'docs', 'reliability.md');

if (process.argv[1] !== undefined && relative(process.argv[1], fileURLToPath(import.meta.url)) === '') {
  const {writeFile} = await import('node:fs/promises');
  await writeFile(pagePath, await page());
}
