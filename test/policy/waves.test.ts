import {expect, it} from 'vitest';
import type {Host} from '../../src/model/host.ts';
import {mayRunTogether, waves} from '../../src/policy/waves.ts';
import type {GoesLast} from '../../src/record/state.ts';
import {hostRecord} from '../record/host-record.ts';

const record = (name: string, stated: Partial<Host> = {}, place?: number): ReturnType<typeof hostRecord> => {
  const goesLast: GoesLast | undefined = place === undefined ? undefined : {place, why: 'others need it'};
  return hostRecord(name, stated, goesLast === undefined ? {} : {goesLast});
};
const names = (groups: ReturnType<typeof waves>): string[][] =>
  groups.map(wave => wave.map(each => each.host.name));

it('goes by number, lowest first, and keeps the order of the inventory within a wave', () => {
  const fleet = [
    record('db1', {wave: 10}),
    record('web2', {wave: 2}),
    record('web1', {wave: 2}),
    record('edge', {wave: 1}),
  ];
  expect(names(waves(fleet))).toEqual([['edge'], ['web2', 'web1'], ['db1']]);
  expect(waves([])).toEqual([]);
});

it('takes hosts that others stand behind after the highest wave, each alone, in their order', () => {
  const fleet = [record('metal', {wave: 1}, 2), record('bastion', {}, 1), record('db1', {wave: 1000})];
  expect(names(waves(fleet))).toEqual([['db1'], ['bastion'], ['metal']]);
});

it('works on one host at a time of a group that wants it so', () => {
  const cluster = record('etcd1', {oneAtATime: ['etcd']});
  const other = record('etcd2', {oneAtATime: ['etcd', 'rack1']});
  const third = record('x', {oneAtATime: ['rack1']});
  expect(mayRunTogether([cluster], other)).toBe(false);
  expect(mayRunTogether([cluster], third)).toBe(true);
  expect(mayRunTogether([cluster, other], third)).toBe(false);
  expect(mayRunTogether([], other)).toBe(true);
  expect(mayRunTogether([other], record('plain', {groups: ['etcd']}))).toBe(true);
});

it('works on nothing beside a host that others stand behind', () => {
  const bastion = record('bastion', {}, 1);
  expect(mayRunTogether([record('web1')], bastion)).toBe(false);
  expect(mayRunTogether([bastion], record('web1'))).toBe(false);
  expect(mayRunTogether([], bastion)).toBe(true);
});
