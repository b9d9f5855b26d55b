import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {bodySchema, type Body, type BodyOf} from '../../src/record/event.ts';
import {Fold, foldAll} from '../../src/record/fold.ts';
import type {HostRecord, RunRecord} from '../../src/record/state.ts';
import {exampleHost, included, intended, jobId, phase, started} from '../store/example-run.ts';
import {anyBodies, anyBody} from './any-bodies.ts';
import {eventsOf, foldPossible} from './example-events.ts';
import {summaryOver} from './host-record.ts';

const digest = 'd'.repeat(64);
const summary: BodyOf<'host.scanned'>['data']['summary'] = {
  os: 'Debian 12',
  kernel: '6.1',
  updates: 3,
  security: 1,
  notInstalled: 0,
  held: 0,
  broken: 0,
  rebootWanted: false,
  bootId: 'boot-1',
  machineId: 'machine-1',
};
const scanned: Body = {type: 'host.scanned', data: {host: 'web1', file: digest, summary}};
const trouble = {code: 'ssh.refused', what: 'web1 refused the connection', next: 'look at its sshd'};

/** The run after these events, on a run that has begun with the host web1. */
const run = (...bodies: Body[]): RunRecord =>
  foldAll(eventsOf([started(), included('web1'), ...bodies])).state.run;
const web1 = (...bodies: Body[]): HostRecord => {
  const record = foldAll(eventsOf([started(), included('web1'), ...bodies])).state.hosts.get('web1');
  if (record === undefined) throw new Error('web1 is gone');
  return record;
};
const folding =
  (...bodies: Body[]) =>
  () =>
    foldAll(eventsOf(bodies));
const contradiction = expect.objectContaining({code: 'journal.contradiction'}) as Error;

describe('a fold', () => {
  test('begins with the start of a run, and with nothing else', () => {
    expect(folding(included('web1'))).toThrow(contradiction);
    expect(() => new Fold().state).toThrow(contradiction);
    expect(folding(started(), started())).toThrow(contradiction);
    expect(run()).toMatchObject({
      fleet: 'shop-eu',
      startedBy: 'operator ana',
      startedAt: '2026-11-24T02:33:00.000Z',
      seq: 2,
      stages: {identify: {status: 'not-started'}, verify: {status: 'not-started'}},
    });
  });

  test('names what an event touched: a host, or the run', () => {
    const fold = new Fold();
    const touched = eventsOf([started(), included('web1'), phase('web1', ''), intended(1, 'web1')]).map(
      event => fold.apply(event),
    );
    expect(touched).toEqual([
      {run: true, hosts: []},
      {run: false, hosts: ['web1']},
      {run: false, hosts: ['web1']},
      {run: false, hosts: ['web1']},
    ]);
  });

  test('replaces the record of the host an event is about, and leaves the others and the old one alone', () => {
    const fold = foldAll(eventsOf([started(), included('web1'), included('db1')]));
    const [before, db1] = [fold.state.hosts.get('web1'), fold.state.hosts.get('db1')];
    for (const event of eventsOf([phase('web1', 'now')])) fold.apply({...event, seq: 4});
    expect(fold.state.hosts.get('web1')).not.toBe(before);
    expect(before?.note).toBe('');
    expect(fold.state.hosts.get('db1')).toBe(db1);
  });

  test('finds out who goes last when a stage has ended and when the run is taken over, and tells of whom it changed', () => {
    const scan = (name: string): Body => ({
      type: 'host.scanned',
      data: {host: name, file: 'a'.repeat(64), summary: summaryOver(name)},
    });
    const all = ['here', 'there', 'web1'];
    const bodies: Body[] = [
      {
        type: 'run.started',
        data: {run: 'r1', fleet: 'shop', mode: 'live', inventory: '0'.repeat(64), machineId: 'here'},
      },
      ...all.map(included),
      ...all.map(scan),
    ];
    const ended: Body = {type: 'stage.ended', data: {stage: 'identify', outcome: 'complete', summary: ''}};
    const taken: Body = {type: 'run.taken-over', data: {epoch: 2, from: 'here', machineId: 'there'}};
    const events = eventsOf([...bodies, ended, ended, taken]);
    const fold = new Fold();
    expect(events.map(event => fold.apply(event).hosts).slice(-3)).toEqual([['here'], [], ['here', 'there']]);
    expect(fold.state.hosts.get('there')?.goesLast).toEqual({place: 1, why: 'this console runs on it'});
    expect(fold.state.hosts.get('here')).not.toHaveProperty('goesLast');
  });

  test('refuses what is about a host that is not part of the run', () => {
    expect(folding(started(), phase('web1', ''))).toThrow(contradiction);
    expect(folding(started(), intended(1, 'web1'))).toThrow(contradiction);
  });

  test('is changed by no event that it refuses, whatever came before', () => {
    fc.assert(
      fc.property(anyBodies, fc.array(anyBody, {maxLength: 20}), (bodies, more) => {
        const fold = foldPossible(bodies);
        for (const body of more) {
          const before = structuredClone(fold.state);
          const [event] = eventsOf([body]);
          if (event === undefined) return;
          try {
            fold.apply({...event, seq: fold.state.run.seq + 1});
          } catch {
            expect(fold.state).toEqual(before);
          }
        }
      }),
      {numRuns: 60},
    );
  });

  test('comes to the same from a state in the middle as from the beginning', () => {
    fc.assert(
      fc.property(anyBodies, fc.nat(40), (bodies, at) => {
        const events = eventsOf(bodies);
        const whole = foldPossible(bodies);
        const first = foldPossible(bodies.slice(0, Math.max(4, at)));
        const second = new Fold(structuredClone(first.state));
        for (const event of events.slice(Math.max(4, at))) {
          try {
            second.apply(event);
          } catch {
            // As in the whole one: what contradicts changes nothing.
          }
        }
        expect(second.state).toEqual(whole.state);
      }),
      {numRuns: 100},
    );
  });

  test('folds every event that its schema knows', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(anyBody, body => {
        expect(bodySchema.parse(body)).toEqual(body);
        seen.add(body.type);
      }),
      {numRuns: 2000, seed: 1},
    );
    const known = bodySchema.options.map(option => option.shape.type.value);
    expect([...seen, 'run.started'].sort()).toEqual([...known].sort());
  });
});

describe('a host', () => {
  test('that answers is no longer unreachable, and one that does not answer has no scan', () => {
    const away: Body = {type: 'host.unreachable', data: {host: 'web1', trouble}};
    const silent = web1(scanned, away);
    expect(silent).toMatchObject({unreachable: trouble, troubles: [trouble]});
    expect(silent).not.toHaveProperty('scan');
    const back = web1(away, scanned);
    expect(back).toMatchObject({scan: {file: digest, updates: 3}, troubles: []});
    expect(back).not.toHaveProperty('unreachable');
  });

  test('that was begun on keeps its scan and what became of its change, whatever a later scan finds', () => {
    const away: Body = {type: 'host.unreachable', data: {host: 'web1', trouble}};
    const broken = {code: 'host.not-as-planned', what: 'curl is half-configured', next: 'roll it back'};
    const failed: Body = {type: 'host.trouble', data: {host: 'web1', trouble: broken}};
    const begun = [scanned, intended(1, 'web1', 'install'), failed];
    expect(web1(...begun, away)).toMatchObject({
      scan: {file: digest, machineId: summary.machineId},
      unreachable: trouble,
      troubles: [broken, trouble],
    });
    expect(web1(...begun, away, away).troubles).toEqual([broken, trouble]);
    const back = web1(...begun, away, scanned);
    expect(back.troubles).toEqual([broken]);
    expect(back).not.toHaveProperty('unreachable');
    // Staged alone it is as it was: a scan says all there is to say.
    expect(web1(scanned, intended(1, 'web1', 'stage'), failed, scanned).troubles).toEqual([]);
  });

  test('that is included again is as the inventory has it now, and keeps what happened to it', () => {
    const again: Body = {type: 'host.included', data: {host: {...exampleHost('web1'), wave: 4}}};
    const leftOut: Body = {type: 'host.left-out', data: {host: 'web1', reason: 'owner asked'}};
    const record = web1(scanned, intended(1, 'web1'), leftOut, again);
    expect(record).toMatchObject({host: {wave: 4}, scan: {file: digest}, jobs: [{id: jobId(1)}]});
    expect(record).not.toHaveProperty('leftOut');
  });

  test('that is planned anew has to be checked, staged and accepted anew, and its old jobs are not taken for the new ones', () => {
    const planDigest = 'p'.repeat(64);
    const record = web1(
      intended(1, 'web1'),
      {type: 'host.checked', data: {host: 'web1', planDigest, ready: true, findings: []}},
      {type: 'host.staged', data: {host: 'web1', planDigest, point: digest, grade: 'none', why: 'gone'}},
      {type: 'host.rollback-accepted', data: {host: 'web1', reason: 'rebuilt at will'}},
      {type: 'host.planned', data: {host: 'web1', planDigest, changes: 2}},
    );
    expect(record).toMatchObject({planned: {changes: 2}, attemptFrom: 1, phase: 'queued'});
    for (const gone of ['checked', 'point', 'rollbackAccepted']) expect(record).not.toHaveProperty(gone);
  });

  test('that rebooted is in its new boot', () => {
    const asked: Body = {type: 'reboot.intended', data: {host: 'web1', bootId: 'boot-1'}};
    expect(web1(scanned, asked)).toMatchObject({rebooting: 'boot-1', rebooted: 0});
    const back = web1(scanned, asked, {type: 'reboot.seen', data: {host: 'web1', bootId: 'boot-2'}});
    expect(back).toMatchObject({scan: {bootId: 'boot-2'}, rebooted: 1});
    expect(back).not.toHaveProperty('rebooting');
  });

  test('has a trouble once, as it was last told', () => {
    const told = (what: string): Body => ({
      type: 'host.trouble',
      data: {host: 'web1', trouble: {...trouble, what}},
    });
    expect(web1(told('a'), told('b')).troubles).toMatchObject([{what: 'b'}]);
    expect(web1(told('a'), {type: 'host.trouble-cleared', data: {host: 'web1'}}).troubles).toEqual([]);
  });

  test('holds a lease until it is released', () => {
    const lease: Body = {
      type: 'lease.intended',
      data: {host: 'web1', id: 'updaters', what: 'automatic updates are off', expires: 'later'},
    };
    expect(web1(lease, lease).leases).toHaveLength(1);
    expect(web1(lease, {type: 'lease.released', data: {host: 'web1', id: 'updaters'}}).leases).toEqual([]);
  });
});

describe('a job', () => {
  const begun: Body = {type: 'job.started', data: {id: jobId(1), host: 'web1'}};
  const ended: Body = {
    type: 'job.ended',
    data: {id: jobId(1), host: 'web1', outcome: 'ended', rc: 0, log: digest},
  };

  test('is intended, started and ended', () => {
    expect(web1(intended(1, 'web1')).jobs).toMatchObject([{state: 'intended'}]);
    expect(web1(intended(1, 'web1'), begun).jobs).toMatchObject([{state: 'started'}]);
    expect(web1(intended(1, 'web1'), begun, ended).jobs).toMatchObject([
      {state: 'ended', rc: 0, log: digest},
    ]);
  });

  test('is intended once, ever, on whatever host', () => {
    expect(
      folding(started(), included('web1'), included('db1'), intended(1, 'web1'), intended(1, 'db1')),
    ).toThrow(contradiction);
  });

  test('is known before it starts, and does not start after it has ended', () => {
    expect(folding(started(), included('web1'), begun)).toThrow(contradiction);
    expect(folding(started(), included('web1'), ended)).toThrow(contradiction);
    expect(folding(started(), included('web1'), intended(1, 'web1'), ended, begun)).toThrow(contradiction);
  });

  test('that was refused an intent may be intended later', () => {
    const fold = foldAll(eventsOf([started()]));
    const [job] = eventsOf([intended(1, 'web1')]);
    const [host] = eventsOf([included('web1')]);
    if (job === undefined || host === undefined) throw new Error('no events');
    expect(() => fold.apply(job)).toThrow(contradiction);
    fold.apply(host);
    expect(() => fold.apply(job)).not.toThrow();
  });
});

describe('a stage', () => {
  const begin: Body = {type: 'stage.started', data: {stage: 'test'}};
  const end: Body = {type: 'stage.ended', data: {stage: 'test', outcome: 'complete', summary: 'well'}};
  const sign: Body = {type: 'stage.signed-off', data: {stage: 'test', name: 'ana', reason: 'looked'}};

  test('that begins anew is no longer signed off', () => {
    expect(run(begin, end, sign).stages.test).toMatchObject({status: 'complete', signedOff: {name: 'ana'}});
    expect(run(begin, end, sign, begin).stages.test).toEqual({
      status: 'running',
      startedAt: '2026-11-24T02:33:05.000Z',
      summary: '',
    });
  });

  test('that begins is neither paused nor stopping', () => {
    const halted = run(
      {type: 'run.paused', data: {reason: 'lunch'}},
      {type: 'run.stopping', data: {how: 'after-wave', reason: 'enough'}},
      begin,
    );
    expect(halted).not.toHaveProperty('paused');
    expect(halted).not.toHaveProperty('stopping');
  });
});

describe('patches and waves', () => {
  const choose = (patches: string[], chosen: boolean): Body => ({
    type: 'patches.chosen',
    data: {patches, chosen},
  });

  test('a blocked version is no longer chosen, and its reason is kept', () => {
    const after = run(choose(['apt:nginx@2', 'apt:curl@3'], true), {
      type: 'version.blocked',
      data: {patch: 'apt:nginx@2', reason: 'its postinst fails'},
    });
    expect([...after.chosen]).toEqual(['apt:curl@3']);
    expect(after.blocked.get('apt:nginx@2')).toBe('its postinst fails');
  });

  test('a block can be taken back', () => {
    const block: Body = {type: 'version.blocked', data: {patch: 'apt:nginx@2', reason: 'its postinst fails'}};
    const unblock: Body = {
      type: 'version.unblocked',
      data: {patch: 'apt:nginx@2', reason: 'it was the disk'},
    };
    expect([...run(block, unblock).blocked]).toEqual([]);
  });

  test('a stop is over with the stage it was for: what comes next is not held up', () => {
    const started: Body = {type: 'stage.started', data: {stage: 'deploy'}};
    const stop: Body = {type: 'run.stopping', data: {how: 'after-hosts', reason: 'enough'}};
    const ended: Body = {type: 'stage.ended', data: {stage: 'deploy', outcome: 'stopped', summary: ''}};
    expect(run(started, stop).stopping).toBe('after-hosts');
    expect(run(started, stop, ended).stopping).toBeUndefined();
  });

  test('a stop is not taken back by a weaker one', () => {
    const begun: Body = {type: 'stage.started', data: {stage: 'deploy'}};
    const stop = (how: 'after-hosts' | 'after-wave'): Body => ({
      type: 'run.stopping',
      data: {how, reason: 'enough'},
    });
    expect(run(begun, stop('after-hosts'), stop('after-wave')).stopping).toBe('after-hosts');
    expect(run(begun, stop('after-wave'), stop('after-hosts')).stopping).toBe('after-hosts');
  });

  test('what is chosen can be taken back', () => {
    expect([...run(choose(['a:b@1', 'a:c@1'], true), choose(['a:b@1'], false)).chosen]).toEqual(['a:c@1']);
  });

  test('a wave that is done again is there once', () => {
    const wave: Body = {type: 'wave.started', data: {wave: 1, size: 3}};
    const ended: Body = {type: 'wave.ended', data: {wave: 1, outcome: 'failed', summary: '1 failed'}};
    expect(run(wave, ended).waves).toMatchObject([{wave: 1, outcome: 'failed'}]);
    expect(run(wave, ended, wave).waves).toEqual([
      {wave: 1, size: 3, startedAt: expect.any(String) as string, summary: ''},
    ]);
  });
});

test('who was suspected when a host got worse stays known after it was taken back', () => {
  const worse: Body = {
    type: 'host.trouble',
    data: {host: 'web1', trouble: {...trouble, suspects: ['apt:nginx@2']}},
  };
  const back: Body = {type: 'host.attempt', data: {host: 'web1', why: 'rollback', reason: 'it got worse'}};
  expect(web1(worse, back)).toMatchObject({troubles: [], suspects: ['apt:nginx@2']});
});

test('a run that is taken over has a higher epoch, and never an epoch twice', () => {
  const over = (epoch: number): Body => ({type: 'run.taken-over', data: {epoch, from: 'ana at bastion1'}});
  expect(run(over(2), over(3)).epoch).toBe(3);
  expect(web1(over(2), {type: 'host.epoch-raised', data: {host: 'web1', epoch: 2}}).epoch).toBe(2);
  expect(folding(started(), over(2), over(2))).toThrow('has that epoch already');
});
