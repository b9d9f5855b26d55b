import {z} from 'zod';
import {runningJob, type DemoHost} from '../host.ts';
import {answer, timestamp} from '../text.ts';
import {socketsOf, staleUnits as staleOf, unitsOf} from '../units.ts';
import {brokenPackages} from './facts.ts';
import {verb, type Verb} from './verb.ts';

const kib = 1024;

/** File systems: mount, size and free space in KiB. What is staged takes its place. */
const disks = (host: DemoHost): {mount: string; size: number; free: number}[] => {
  const staged = [...host.staging.values()].flatMap(staging => staging.files);
  const used = staged.reduce((sum, file) => sum + file.bytes, 0);
  return [
    {mount: '/', size: 41_152_736, free: 28_733_120 - Math.ceil(used / kib)},
    {mount: '/boot', size: 480_618, free: 312_404},
  ];
};

const isBusy = (host: DemoHost): boolean => runningJob(host) !== undefined;

/** How the host is doing. */
export const baseline: Verb = verb(400, z.object({}), (host, _args, now) => {
  const named = (state: 'active' | 'failed'): string[] =>
    [...host.units].filter(([, unit]) => unit.state === state).map(([name]) => name);
  return answer(
    ['at', timestamp(now)],
    ['failed', named('failed')],
    ['services', named('active').sort()],
    ['sockets', socketsOf(host).sort()],
    ['mounts', ['/', '/boot']],
    ['disks', disks(host).map(disk => `${disk.free}\t${disk.size}\t${disk.mount}`)],
    ['load', (isBusy(host) ? 1.1 : 0.12 + 0.2 * host.random()).toFixed(2)],
    ['memory', String(Math.round((isBusy(host) ? 2_400_000 : 2_900_000) + 60_000 * host.random()))],
  );
});

/** What could stand in the way of an upgrade. */
export const preflight: Verb = verb(300, z.object({}), host =>
  answer(
    ['free', disks(host).map(disk => `${disk.free}\t${disk.mount}`)],
    ['locks', isBusy(host) ? ['apt\tapt-get (pid 4711)'] : []],
    ['broken', brokenPackages(host).map(name => `apt\t${name}`)],
    ['read-only', []],
  ),
);

/** Services that run replaced code. */
export const staleUnits: Verb = verb(600, z.object({}), host => answer(['units', staleOf(host)]));

const smokeArguments = z.object({units: z.array(z.string()), commands: z.array(z.string())});

/** Units and commands of smoke checks that do not pass. Nothing is executed: a command stands for a service. */
export const smoke: Verb = verb(250, smokeArguments, (host, {units, commands}) => {
  const stateOf = (name: string): string => host.units.get(name)?.state ?? 'inactive';
  const failed = commands.flatMap(command => {
    const unit = host.role.commands[command];
    if (unit === undefined) return [`${command} ended with 127: not known to a demo host`];
    return stateOf(unit) === 'active' ? [] : [`${command} ended with 2: no response`];
  });
  return answer(
    ['units', units.filter(name => stateOf(name) !== 'active').map(name => `${name}\t${stateOf(name)}`)],
    ['commands', failed],
  );
});

/** The package that brings a unit, and those whose maintainer scripts speak of it. */
export const owners: Verb = verb(200, z.object({unit: z.string()}), (host, {unit}) => {
  const known = unitsOf(host).find(item => item.name === unit);
  const names = known === undefined ? [] : [known.owner, ...(known.restartedBy ?? [])];
  return answer(['packages', names.filter(name => name !== '')]);
});
