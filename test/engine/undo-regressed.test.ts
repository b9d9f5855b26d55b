import {expect, it} from 'vitest';
import type {Command} from '../../src/engine/interface.ts';
import {undoRegressed} from '../../src/engine/undo-regressed.ts';
import type {Trouble} from '../../src/model/phase.ts';
import {FakeEngine} from '../components/fake-engine.ts';
import {host} from '../components/fleet.ts';

const digest = 'd'.repeat(64);
const canary = host('web1', {canary: true});

/** A run in which web1 was upgraded and came out worse, as an engine would have recorded it. */
const engineWithRegression = (trouble: Trouble): FakeEngine => {
  const engine = new FakeEngine(() => Date.UTC(2026, 10, 24));
  engine.happen({
    type: 'run.started',
    data: {run: '20261124-0233-1a2b', fleet: 'shop', mode: 'live', inventory: digest},
  });
  engine.happen({type: 'host.included', data: {host: canary}});
  const plan = engine.keep({
    v: 1,
    run: '20261124-0233-1a2b',
    revision: 1,
    reboot: 'when-needed',
    hosts: [{host: 'web1', machineId: 'm', patches: ['apt:curl@3', 'apt:php@2'], steps: []}],
  });
  engine.happen({type: 'patches.chosen', data: {patches: ['apt:php@2', 'apt:curl@3'], chosen: true}});
  engine.happen({type: 'host.planned', data: {host: 'web1', planDigest: digest, changes: 1}});
  engine.happen({
    type: 'plan.locked',
    data: {digest: plan, revision: 1, hosts: 1, changes: 1, reboot: 'when-needed', reason: ''},
  });
  engine.happen({
    type: 'host.staged',
    data: {host: 'web1', planDigest: digest, point: digest, grade: 'full', why: ''},
  });
  const job = {
    id: 'a'.repeat(32),
    host: 'web1',
    kind: 'install' as const,
    planDigest: digest,
    bootId: 'b',
    machineId: 'm',
  };
  engine.happen({type: 'job.intended', data: {job}});
  engine.happen({type: 'host.trouble', data: {host: 'web1', trouble}});
  engine.happen({type: 'host.phase', data: {host: 'web1', phase: 'failed', note: trouble.what}});
  return engine;
};

const regression: Trouble = {
  code: 'host.regression',
  what: 'php.service failed',
  next: 'roll it back',
  suspects: ['apt:php@2'],
};

const undo = async (engine: FakeEngine): Promise<string[]> => {
  const starts: Command[] = [];
  await undoRegressed(
    engine,
    command => {
      starts.push(command);
      return Promise.resolve();
    },
    () => Promise.resolve(),
  );
  return [...engine.commands, ...starts].map(command => command.type);
};

it('takes the canary back, blocks what is suspected, locks the plan anew as it was, and tests again', async () => {
  const engine = engineWithRegression(regression);
  engine.answer = command => {
    if (command.type === 'roll-back') {
      engine.happen({type: 'host.phase', data: {host: 'web1', phase: 'rolled back', note: ''}});
    }
    return 'ok';
  };
  expect(await undo(engine)).toEqual(['roll-back', 'block', 'lock-plan', 'start']);
  expect(engine.commands).toContainEqual(expect.objectContaining({type: 'roll-back', hosts: ['web1']}));
  expect(engine.commands).toContainEqual(expect.objectContaining({type: 'block', patch: 'apt:php@2'}));
  // On no other host than before: a plan may have been narrowed to some.
  expect(engine.commands).toContainEqual(
    expect.objectContaining({
      type: 'lock-plan',
      reboot: 'when-needed',
      only: expect.objectContaining({'apt:curl@3': ['web1']}) as unknown,
    }),
  );
});

it('blocks nothing while the canary is not proven to be back', async () => {
  const engine = engineWithRegression(regression);
  expect(await undo(engine)).toEqual(['roll-back']);
});

it('does nothing where nothing can be blamed: somebody has to look', async () => {
  const engine = engineWithRegression({code: 'host.lost', what: 'it is away', next: 'look at it'});
  expect(await undo(engine)).toEqual([]);
});
