import {expect, it} from 'vitest';
import {mayRunTogether, waves} from '../../src/policy/waves.ts';
import {host} from './example-fleet.ts';

const names = (groups: ReturnType<typeof waves>): string[][] =>
  groups.map(wave => wave.map(each => each.name));
const fleet = [
  host('db1', {wave: 10}),
  host('web2', {wave: 2}),
  host('web1', {wave: 2, canary: true}),
  host('edge', {wave: 1, canary: true}),
];

it('goes by number, lowest first, and keeps the order of the inventory within a wave', () => {
  expect(names(waves(fleet))).toEqual([['edge'], ['web2', 'web1'], ['db1']]);
  expect(waves([])).toEqual([]);
});

it('leaves canaries out when asked, and no empty wave behind', () => {
  expect(names(waves(fleet, {withoutCanaries: true}))).toEqual([['web2'], ['db1']]);
});

it('works on one host at a time of a group that wants it so', () => {
  const cluster = host('etcd1', {oneAtATime: ['etcd']});
  const other = host('etcd2', {oneAtATime: ['etcd', 'rack1']});
  const third = host('x', {oneAtATime: ['rack1']});
  expect(mayRunTogether([cluster], other)).toBe(false);
  expect(mayRunTogether([cluster], third)).toBe(true);
  expect(mayRunTogether([cluster, other], third)).toBe(false);
  expect(mayRunTogether([], other)).toBe(true);
  expect(mayRunTogether([other], host('plain', {groups: ['etcd']}))).toBe(true);
});
