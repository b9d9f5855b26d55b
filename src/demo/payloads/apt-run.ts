import type {DemoHost} from '../host.ts';
import {loseConnections} from '../power.ts';
import {size} from '../text.ts';
import {printSummary, type Transaction} from '../transaction.ts';
import type {Beat} from './beat.ts';
import {configure, remove, unpack, type Step} from './dpkg.ts';

/** A run of apt-get install from staged files: everything is unpacked, then configured, as dpkg does it for apt. */
export const aptRun = (
  host: DemoHost,
  directory: string,
  folder: 'new' | 'old',
  transaction: Transaction,
): Beat[] => {
  const {installs, removes} = transaction;
  const total = installs.length * 2 + removes.length;
  let done = 0;
  const next = (): number => done++;
  const percentAt = (position: number, share: number): string =>
    (((position + share) * 100) / Math.max(1, total)).toFixed(4);
  const step = (item: (typeof installs)[number]): Step => {
    const position = next();
    return {...item, percent: share => percentAt(position, share)};
  };
  return [
    {
      afterMs: 1300,
      lines: ['Reading package lists...', 'Building dependency tree...', 'Reading state information...'],
    },
    {afterMs: 500, lines: [...printSummary(transaction), ...retrieved(directory, folder, transaction)]},
    {
      afterMs: 900,
      lines: [
        `(Reading database ... ${host.packages.size * 193} files and directories currently installed.)`,
      ],
    },
    ...removes.map(item => remove(item.name, percentAt(next(), 0))),
    ...installs.map(item => unpack(step(item))),
    ...installs.map(item => configure(step(item))),
    {afterMs: 600, lines: triggers(host, transaction)},
  ];
};

/** Lets the connections break when so much of a run is done (0 to 1). */
export const breakConnections = (host: DemoHost, beats: readonly Beat[]): Beat[] => {
  const {dropsAt} = host.spec.story;
  if (dropsAt === undefined) return [...beats];
  const at = Math.floor(beats.length * dropsAt.done);
  const cut: Beat = {
    afterMs: 0,
    act: (self, now) => {
      loseConnections(self, now, dropsAt.awayMs);
      return undefined;
    },
  };
  return [...beats.slice(0, at), cut, ...beats.slice(at)];
};

const retrieved = (directory: string, folder: string, {installs}: Transaction): string[] => {
  const bytes = installs.reduce((sum, {build}) => sum + build.bytes, 0);
  return [
    `Need to get 0 B/${size(bytes)} of archives.`,
    ...installs.flatMap(({build}, index) => [
      `dlstatus:${index + 1}:${((index * 100) / installs.length).toFixed(4)}:Retrieving file ${index + 1} of ${installs.length}`,
      `Get:${index + 1} ${directory}/${folder}/ ${build.name} ${build.arch} ${build.version} [${size(build.bytes)}]`,
    ]),
    'pmstatus:dpkg-exec:0.0000:Running dpkg',
  ];
};

const triggers = (host: DemoHost, {installs}: Transaction): string[] => {
  const libraries = installs.some(({build}) => build.name.startsWith('lib'));
  const libc = host.packages.get('libc-bin')?.version ?? 'unknown';
  return [
    ...(libraries ? [`Processing triggers for libc-bin (${libc}) ...`] : []),
    'pmstatus:dpkg-exec:100.0000:Finished running dpkg',
  ];
};
