import {readdir} from 'node:fs/promises';
import {basename, join, relative} from 'node:path';
import {fileURLToPath} from 'node:url';
import {aboutNoFault, elsewhere, suiteFolders} from './fault-files.ts';
import {root, titlesOf} from './titles.ts';

/** What docs/reliability.md is made from: every test of the fault suite, and those elsewhere that provoke a fault. */
export type Row = {fault: string; expectation: string; file: string};

/** All test files of the project. */
export const testFiles = async (): Promise<string[]> =>
  (await readdir(join(root, 'test'), {recursive: true}))
    .filter(name => /\.test\.tsx?$/.test(name))
    .map(name => join('test', name))
    .sort();

/** The lists that a test file is in: exactly one. */
export const listsOf = (file: string): string[] => [
  ...(isInSuite(file) && !aboutNoFault.includes(file) ? ['the suite'] : []),
  ...elsewhere.filter(item => item.file === file).map(() => 'elsewhere'),
  ...aboutNoFault.filter(item => item === file || (item.endsWith('/') && file.startsWith(item))),
];

const isInSuite = (file: string): boolean =>
  suiteFolders.some(folder => file.startsWith(`${folder}/`) && basename(file) === relative(folder, file));

/** Every fault with what is expected, in the order of the page. Throws for a file that gives no row. */
export const rows = async (): Promise<{suite: Row[]; others: Row[]}> => {
  const inSuite = (await testFiles()).filter(file => listsOf(file).join() === 'the suite');
  const titled = Map.groupBy(
    await titlesOf([...inSuite, ...elsewhere.map(({file}) => file)]),
    ({file}) => file,
  );
  const rowsOf = (file: string, fault: string, only?: RegExp): Row[] => {
    const names = (titled.get(file) ?? []).map(({name}) => name);
    const found = names.filter(name => only?.test(name) ?? true);
    if (found.length === 0) throw new Error(`${file} has no test of ${fault}`);
    return found.map(name => ({fault, expectation: name.replaceAll(' > ', ': '), file}));
  };
  return {
    suite: inSuite.flatMap(file => rowsOf(file, basename(file, '.test.ts').replaceAll('-', ' '))),
    others: elsewhere.flatMap(({file, fault, only}) => rowsOf(file, fault, only)),
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
export const page = ({suite, others}: {suite: readonly Row[]; others: readonly Row[]}): string => {
  const files = new Set([...suite, ...others].map(({file}) => file));
  const inLab = [...suite, ...others].filter(({file}) => file.startsWith('test/lab/')).length;
  return `# Reliability

No fault of link, host, disk, console or operator makes the console lie, lose state, or run something twice. What follows is made from the tests
themselves (\`node test/faults/reliability.ts\`): ${suite.length + others.length} expectations in ${files.size} files, ${inLab} of them on real hosts (below
\`test/lab\`; they need root, all others run anywhere). Every test file of the project is here or is listed as one about no fault
(\`test/faults/fault-files.ts\`).

## The fault suite
${table(suite)}

## Faults tested with the part they are about
${table(others)}
`;
};

export const pagePath = join(root, 'docs', 'reliability.md');

if (process.argv[1] !== undefined && relative(process.argv[1], fileURLToPath(import.meta.url)) === '') {
  const {writeFile} = await import('node:fs/promises');
  await writeFile(pagePath, page(await rows()));
}
