import {customManager} from '../../src/managers/custom/custom.ts';
import type {Manager} from '../../src/managers/manager.ts';
import {distributionManagers} from '../../src/managers/registry.ts';
import {customManagerSchema} from '../../src/model/custom.ts';
import {
  nextStep,
  notInstalledClasses,
  type ManagerId,
  type NotInstalledClass,
} from '../../src/model/package.ts';
import {lies} from './lies.ts';
import {shown} from '../managers/classes-shown.ts';

/** Whatever an application has, as docs/inventory.md describes it. */
const custom = customManager(
  'custom/shop',
  customManagerSchema.parse(
    Object.fromEntries(
      ['pending', 'installed', 'stage', 'install', 'undo', 'rehearseUndo'].map(verb => [
        verb,
        ['/opt/shop/updater', verb],
      ]),
    ),
  ),
);

/** docs/managers.md, made from the registry. */
export const managersMarkdown = (): string =>
  [
    '# Package managers',
    '',
    'Generated from `src/managers/registry.ts`; `npx vitest run test/docs/managers.test.ts -u` writes it anew. A host is patched with all it has, in this order; of those that',
    'share a database with the first. **lab**: the real program on whole hosts, each time the project is tested (`test/lab/`). **doc**: known from its documentation only.',
    'A host that has such a one is scanned, and is patched with it only where the inventory says that somebody has tried it there (`tried`).',
    '',
    ...table(
      ['manager', 'database', 'proven'],
      [...distributionManagers, custom].map(manager => [
        nameOf(manager),
        manager.database.replace('/shop', '/NAME'),
        provenWords(manager),
      ]),
    ),
    '## What each can do',
    '',
    ...table(
      ['manager', ...abilities.map(([title]) => title)],
      [...distributionManagers, custom].map(manager => [
        nameOf(manager),
        ...abilities.map(([, can]) => (can(manager) ? 'yes' : '-')),
      ]),
    ),
    'All of them: pending updates and why some would not be installed, what is installed, exact versions from staged and hashed files, the same simulated before, the way',
    "back. An application's updater rehearses its undo, and has services restarted, where the inventory names the command and the units.",
    '',
    '## What is not installed, and what to do',
    '',
    'Each class is shown in an answer of the real program (`test/managers/classes-shown.ts`), or cannot: why is said below. Where no command stands the next step is all.',
    '',
    ...table(
      ['class', 'next step', ...distributionManagers.map(({id}) => id)],
      notInstalledClasses.map(why => [
        why.replaceAll('-', ' '),
        nextStep(why, 'custom/shop'),
        ...distributionManagers.map(({id}) => cellOf(why, id)),
      ]),
    ),
    ...notInstalledClasses.flatMap(impossible),
    "- An application's updater says what it offers, and nothing of what it keeps back.",
    '',
    '## What ends well and did nothing',
    '',
    'No exit code is believed. Each of these is provoked on a real host each time the project is tested, and the console says that it is not done, and why.',
    '',
    ...table(
      ['command', 'what happened', 'it ended with', 'the console says', 'proven by'],
      lies.map(({command, happened, code, says, file, title}) => [
        `\`${command}\``,
        happened,
        code,
        `"${says.replaceAll(/\$\{why\}/g, 'CLASS').replaceAll(/\$\{host\}/g, 'HOST')}"`,
        `${file} "${title}"`,
      ]),
    ),
  ].join('\n');

const nameOf = ({id}: Manager): string => `\`${id.replace('/shop', '/NAME')}\``;

const provenWords = ({proven}: Manager): string => {
  const shown = proven.shown === undefined ? '' : `; ${proven.shown}`;
  if (proven.by === 'lab') return `**lab**${shown}`;
  return `**doc**: ${proven.source}, ${proven.version}${shown}`;
};

const abilities: readonly (readonly [string, (manager: Manager) => boolean])[] = [
  ['says how old its lists are', ({lists}) => lists !== undefined],
  ["tells others' packages", ({foreign}) => foreign !== undefined],
  ['reads changelogs', ({changelog}) => changelog !== undefined],
  ['rehearses the way back', ({simulateUndo}) => simulateUndo !== undefined],
  ['is asked what failed though installed', ({complaints}) => complaints !== undefined],
];

/** What stands where a class and a manager meet. */
const cellOf = (why: NotInstalledClass, id: ManagerId): string => {
  const how = shown[why][id];
  if (how !== undefined && 'never' in how) return how.by ?? '-';
  return commandOf(nextStep(why, id)) || 'yes';
};

/** Why a class cannot occur, a line for each reason. */
const impossible = (why: NotInstalledClass): string[] => {
  const reasons = distributionManagers.flatMap(({id}) => {
    const how = shown[why][id];
    return how !== undefined && 'never' in how ? [{id, reason: how.never}] : [];
  });
  return [...Map.groupBy(reasons, ({reason}) => reason)].map(([reason, of]) => {
    const managers = of.length === distributionManagers.length ? 'all' : of.map(({id}) => id).join(', ');
    return `- ${why.replaceAll('-', ' ')} (${managers}): ${reason}.`;
  });
};

/** The command that a next step ends with, where it has one for its manager. */
const commandOf = (step: string): string => {
  const command = /\(([^()]+)\)$/.exec(step)?.[1];
  return command === undefined ? '' : `\`${command}\``;
};

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  ...[head, head.map(() => '---'), ...rows].map(
    cells => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`,
  ),
  '',
];
