import {expect, test} from 'vitest';
import {apt} from '../../src/managers/apt/apt.ts';
import {gate} from '../../src/record/gates.ts';
import {second} from '../rollout/second-manager.ts';
import {createWorld, planned, type World} from '../rollout/simulated-hosts.ts';

const documented = {...second, proven: {by: 'doc', source: 'its manual page', version: 'dnf 4.14'}} as const;
const scannedAndPlanned = async (tried?: 'dnf4', packages = ['tzdata', 'lib']): Promise<World> => {
  const world = createWorld(
    {web1: tried === undefined ? {} : {tried: [tried]}},
    {beside: ['web1'], managers: [apt, documented]},
  );
  await planned(world, packages);
  return world;
};

test('a host with a manager that is known from its documentation is scanned and planned, and nothing is installed there', async () => {
  const {context, asked} = await scannedAndPlanned();
  expect(context.recordOf('web1').scan).toMatchObject({
    updates: 10,
    documented: [{manager: 'dnf4', sentence: 'dnf4 is known from its documentation only: dnf 4.14'}],
  });
  expect(context.recordOf('web1').planned).toBeDefined();
  expect(gate(context.state(), 'test')).toMatchObject({code: 'gate.untried'});
  expect(gate(context.state(), 'deploy')).toMatchObject({code: 'gate.untried'});
  expect(asked.filter(line => line.includes('job.start'))).toEqual([]);
});

test('it stands in the way of no plan that does not use it', async () => {
  const {context} = await scannedAndPlanned(undefined, ['tzdata']);
  expect(context.recordOf('web1').scan?.documented).toHaveLength(1);
  expect(gate(context.state(), 'test')).toBeUndefined();
});

test('unless the inventory says that it was tried there', async () => {
  const {context} = await scannedAndPlanned('dnf4');
  expect(gate(context.state(), 'test')).toBeUndefined();
});

test('of managers that the lab proves nothing is said', async () => {
  const world = createWorld({web1: {}}, {beside: ['web1']});
  await planned(world, ['tzdata']);
  expect(world.context.recordOf('web1').scan?.documented).toBeUndefined();
});
