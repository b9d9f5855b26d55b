import {afterEach, beforeEach, expect, test} from 'vitest';
import type {Decision} from '../../src/model/policy.ts';
import {FakeEngine} from './fake-engine.ts';
import {openssl, perl, rankedShop, zeros} from './fleet.ts';
import {keys, show, type Shown} from './harness.tsx';

let engine: FakeEngine;
let shown: Shown;
const now = Date.parse('2026-01-20T12:00:00Z');
beforeEach(() => {
  engine = new FakeEngine(() => now);
});
afterEach(() => shown.unmount());

const deadline = (by: string) => ({by, left: 0, why: `severity high: 10 days`});
const decision: Decision = {
  v: 1,
  policy: 'urgent',
  policyDigest: zeros,
  at: new Date(now).toISOString(),
  route: 'now',
  scans: {},
  feeds: {},
  risk: zeros,
  blocked: zeros,
  reboot: 'never',
  window: {
    text: 'Sunday 02:00-05:00 Europe/Berlin',
    opens: '2026-01-25T01:00:00.000Z',
    closes: '2026-01-25T04:00:00.000Z',
  },
  patches: [
    // CISA wants it on the 23rd, before the policy does.
    {patch: openssl.id, verdict: 'now', why: '', approval: 'automatic', deadline: deadline('2026-02-20')},
    {
      patch: perl.id,
      verdict: 'window',
      why: 'not urgent',
      approval: 'automatic',
      deadline: deadline('2026-01-10'),
    },
  ],
  notes: [],
};

test('DUE counts down to what the policy wants, or the catalogue of the exploited where that is sooner', async () => {
  rankedShop(engine);
  engine.happen({
    type: 'patches.chosen',
    data: {patches: [], chosen: true, decision: engine.keep(decision)},
  });
  shown = await show({engine, now: engine.now, stage: 'prioritize'});
  await shown.until(/perl .* overdue/);
  expect(shown.frame()).toMatch(/openssl .* 3 d\n/);
  expect(shown.frame()).toMatch(/acme-agent .* -\n/);
  await shown.send('/perl\r');
  await shown.until('1/3');
  await shown.send(keys.enter);
  await shown.until(/due +10 days overdue; policy urgent: severity high: 10 days/);
  expect(shown.frame()).toMatch(
    /policy +urgent: window, not urgent; the window opens in 4 d 13 h \(Sunday\s+02:00-05:00 Europe\/Berlin\)/,
  );
});

test('a ranking that is made anew is not counted by what was decided before', async () => {
  rankedShop(engine);
  engine.happen({
    type: 'patches.chosen',
    data: {patches: [], chosen: true, decision: engine.keep(decision)},
  });
  shown = await show({engine, now: engine.now, stage: 'prioritize'});
  await shown.until(/perl .* overdue/);
  rankedAgain();
  await shown.untilGone('overdue');
  expect(shown.frame()).toMatch(/openssl .* 3 d\n/);
});

const rankedAgain = (): void => {
  const file = engine.keep({v: 1, at: new Date(now).toISOString(), inputs: [], patches: [openssl, perl]});
  engine.happen({type: 'patches.ranked', data: {file, count: 2}});
};
