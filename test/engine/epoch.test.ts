import {expect, test} from 'vitest';
import {hostsToTell, tellEpoch} from '../../src/engine/epoch.ts';
import {createWorld, scanned} from '../rollout/simulated-hosts.ts';

test('a host that could not write the epoch down does not count as told: it is named, and told again the next time', async () => {
  const world = createWorld({web1: {}, web2: {}});
  await scanned(world);
  const token = 'a'.repeat(32);
  await world.context.record({type: 'run.taken-over', data: {epoch: 2, from: 'elsewhere', token}});
  world.on('web1', 'job.epoch', answer => answer.replace('kept', 'not-kept'));
  const said: string[] = [];
  await tellEpoch(world.context, hostsToTell(world.context), text => said.push(text));
  expect(said.join()).toMatch(/^web1 could not be told/);
  expect(world.context.of('host.epoch-raised').map(({data}) => data.host)).toEqual(['web2']);
  expect(hostsToTell(world.context)).toEqual(['web1']);
});
