import {expect, test} from 'vitest';
import {exitOf, problemsOf} from '../../commands/problems.ts';
import type {Phase} from '../../src/model/phase.ts';
import type {Body} from '../../src/record/event.ts';
import {foldAll} from '../../src/record/fold.ts';
import {eventsOf} from '../record/example-events.ts';
import {included, started} from '../store/example-run.ts';

const state = (...bodies: Body[]) => foldAll(eventsOf([started(), included('web1'), ...bodies])).state;
const inPhase = (phase: Phase, note = ''): Body => ({type: 'host.phase', data: {host: 'web1', phase, note}});
const trouble: Body = {
  type: 'host.trouble',
  data: {host: 'web1', trouble: {code: 'host.regression', what: 'nginx failed', next: 'roll it back'}},
};

test.each([
  ['done', []],
  ['staged', []],
  ['skipped', ['host.skipped: web1 was skipped, it is not patched: month end']],
  [
    'rolled back',
    ['host.rolled-back: web1 was rolled back, what was planned for it is not installed: month end'],
  ],
  ['failed', ['host.failed: web1 failed: month end']],
  ['unknown', ['host.unknown-state: web1 is in a state that is not known: month end']],
] as const)('a host that is %s', (phase, said) => {
  const problems = problemsOf(state(inPhase(phase, 'month end')));
  expect(problems.map(({code, what}) => `${code}: ${what}`)).toEqual(said);
  expect(exitOf(problems)).toBe(said.length === 0 ? 0 : 3);
});

test('what its trouble says is not said twice, but that it is skipped is', () => {
  expect(problemsOf(state(trouble, inPhase('failed', 'nginx failed')))).toHaveLength(1);
  expect(problemsOf(state(trouble, inPhase('skipped'))).map(({code}) => code)).toEqual([
    'host.regression',
    'host.skipped',
  ]);
});
