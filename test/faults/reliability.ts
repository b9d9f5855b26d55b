import {readdir} from 'node:fs/promises';
import {join, relative} from 'node:path';
import {fileURLToPath} from 'node:url';
import {elsewhere, promised, since, type Faults} from './fault-files.ts';
import {root, titlesOf} from './titles.ts';

/** What docs/reliability.md is made from: a fault, what is expected, and the test file that proves it. */
export type Row = {fault: string; expectation: string; file: string};
export type Page = {promised: readonly Row[]; since: readonly Row[]; elsewhere: readonly Row[]};

/** The file of a fault by its name in the list. */
export const fileOf = (name: string): string => {
  const [, room = '', file = name] = /^(lab|root)\/(.+)$/.exec(name) ?? [];
  return join('test', room, 'faults', `${file}.test.ts`);
};

/** The test files of the suite as they are on disk, but for the one about this page. */
export const suiteFiles = async (): Promise<string[]> => {
  const folders = ['test/faults', 'test/root/faults', 'test/lab/faults'];
  const names = await Promise.all(
    folders.map(async folder => (await readdir(join(root, folder))).map(name => join(folder, name))),
  );
  return names.flat().filter(file => file.endsWith('.test.ts') && file !== 'test/faults/reliability.test.ts');
};

/** Every row of the page, in its order. Throws for a fault that no test provokes. */
export const rows = async (): Promise<Page> => {
  const listed = [promised, since].flatMap(faults => Object.values(faults).flat().map(fileOf));
  const titles = Map.groupBy(
    await titlesOf([...listed, ...elsewhere.map(({file}) => file)]),
    ({file}) => file,
  );
  const rowsOf = (fault: string, file: string, only?: RegExp): Row[] => {
    const names = (titles.get(file) ?? []).map(({name}) => name);
    const found = names.filter(name => only?.test(name) ?? true);
    if (found.length === 0) throw new Error(`${file} has no test of ${fault}`);
    return found.map(name => ({fault, expectation: name.replaceAll(' > ', ': '), file}));
  };
  const ofSuite = (faults: Faults): Row[] =>
    Object.entries(faults).flatMap(([fault, names]) => names.flatMap(name => rowsOf(fault, fileOf(name))));
  return {
    promised: ofSuite(promised),
    since: ofSuite(since),
    elsewhere: elsewhere.flatMap(({file, fault, only}) => rowsOf(fault, file, only)),
  };
};

const cell = (text: string): string =>
  text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ');

const table = (lines: readonly Row[]): string =>
  [
    '| fault | expectation | test |',
    '|---|---|---|',
    ...lines.map(({fault, expectation, file}) => `| ${cell(fault)} | ${cell(expectation)} | \`${file}\` |`),
  ].join('\n');

/** The page, made from the tests as they are. */
export const page = (made: Page): string => {
  const suite = [...made.promised, ...made.since];
  const within = (room: string): number => suite.filter(({file}) => file.startsWith(room)).length;
  const count = (lines: readonly Row[], of: (row: Row) => string): number => new Set(lines.map(of)).size;
  return `# Reliability

No fault of link, host, disk, console or operator makes the console lie, lose state, or run something twice. What follows is made from the tests
themselves (\`node test/faults/reliability.ts\`). The fault suite is ${count(suite, ({fault}) => fault)} faults in ${count(suite, ({file}) => file)} files with ${suite.length} expectations, ${within('test/lab/')} of
them on real hosts (\`test/lab/faults\`) and ${within('test/root/')} with the accounts and sshds of this machine (\`test/root/faults\`); both need root, all others run anywhere. A fault has a file of its own, or several where it is provoked in
several ways; \`test/faults/fault-files.ts\` is their list. Below them are ${made.elsewhere.length} expectations more, tested with the part that they are about.

## Faults that the suite was promised to have
${table(made.promised)}

## Faults that were feared, or met, since
${table(made.since)}

## Faults tested with the part they are about
${table(made.elsewhere)}
`;
};

export const pagePath = join(root, 'docs', 'reliability.md');

if (process.argv[1] !== undefined && relative(process.argv[1], fileURLToPath(import.meta.url)) === '') {
  const {writeFile} = await import('node:fs/promises');
  await writeFile(pagePath, page(await rows()));
}
