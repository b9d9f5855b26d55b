import {describe, expect, test} from 'vitest';
import type {ManagerId} from '../../src/model/package.ts';
import type {Phase, StageName} from '../../src/model/phase.ts';
import type {Grade} from '../../src/model/rollback.ts';
import type {Body} from '../../src/record/event.ts';
import {foldAll} from '../../src/record/fold.ts';
import {changedHosts, gate, members, plannedHosts, requireGate, unproven} from '../../src/record/gates.ts';
import type {RunState} from '../../src/record/state.ts';
import {included, intended, phase, started} from '../store/example-run.ts';
import {eventsOf} from './example-events.ts';

const digest = 'd'.repeat(64);
const nextDigest = 'e'.repeat(64);

const begin = (stage: StageName): Body => ({type: 'stage.started', data: {stage}});
const end = (stage: StageName, outcome: 'complete' | 'incomplete' = 'complete'): Body => ({
  type: 'stage.ended',
  data: {stage, outcome, summary: 'the canary failed'},
});
const scanned = (host: string): Body => ({
  type: 'host.scanned',
  data: {
    host,
    file: digest,
    summary: {
      os: 'Debian 12',
      kernel: '6.1',
      updates: 1,
      security: 1,
      notInstalled: 0,
      held: 0,
      broken: 0,
      rebootWanted: false,
      bootId: 'b',
      machineId: 'm',
    },
  },
});
const leftOut = (host: string): Body => ({type: 'host.left-out', data: {host, reason: 'owner asked'}});
const locked = (plan: string, revision: number): Body => ({
  type: 'plan.locked',
  data: {digest: plan, revision, hosts: 2, changes: 2, reboot: 'never', reason: 'due'},
});
const planned = (host: string, plan = digest): Body => ({
  type: 'host.planned',
  data: {host, planDigest: plan, changes: 1},
});
const staged = (host: string, grade: Grade): Body => ({
  type: 'host.staged',
  data: {host, planDigest: digest, point: digest, grade, why: 'from the archive'},
});
const away = (host: string): Body => ({
  type: 'host.unreachable',
  data: {host, trouble: {code: 'ssh.timeout', what: `${host} did not answer`, next: 'look at it'}},
});
const is = (host: string, now: Phase): Body => ({type: 'host.phase', data: {host, phase: now, note: ''}});
const signed: Body = {type: 'stage.signed-off', data: {stage: 'test', name: 'ana', reason: 'looked at it'}};

const scan = [begin('identify'), scanned('web1'), scanned('web2'), end('identify')];
const plan = [...scan, locked(digest, 1), planned('web1'), planned('web2')];
const tested = [...plan, begin('test'), staged('web1', 'full'), staged('web2', 'full'), end('test'), signed];

const after = (...bodies: Body[]): RunState =>
  foldAll(eventsOf([started(), included('web1'), included('web2'), ...bodies])).state;
const refusal = (stage: StageName, ...bodies: Body[]): string | undefined =>
  gate(after(...bodies), stage)?.code;
const names = (records: readonly {host: {name: string}}[]): string[] =>
  records.map(record => record.host.name);

describe('identify', () => {
  test('is open from the start', () => {
    expect(refusal('identify')).toBeUndefined();
  });
});

describe('prioritize', () => {
  test('needs a scan', () => {
    expect(refusal('prioritize')).toBe('gate.identify');
  });
  test('needs every host to have answered, and names those that did not', () => {
    const state = after(begin('identify'), scanned('web1'), end('identify', 'incomplete'));
    expect(gate(state, 'prioritize')).toMatchObject({
      code: 'gate.identify',
      what: '1 host did not answer: web2',
      next: expect.stringContaining('--leave-out') as string,
    });
  });
  test('opens once a silent host is left out by name', () => {
    expect(
      refusal('prioritize', begin('identify'), scanned('web1'), end('identify'), leftOut('web2')),
    ).toBeUndefined();
  });
  test('opens once somebody took a silent host over by name', () => {
    const taken: Body = {type: 'host.handed-over', data: {host: 'web2', owner: 'B. Ops', reason: 'cabling'}};
    expect(
      refusal('prioritize', begin('identify'), scanned('web1'), end('identify'), away('web2'), taken),
    ).toBeUndefined();
  });
  test('does not wait for a host that the run has changed and that is away at a later scan', () => {
    expect(refusal('prioritize', ...scan, away('web2'))).toBe('gate.identify');
    expect(refusal('prioritize', ...scan, intended(1, 'web2', 'stage'), away('web2'))).toBe('gate.identify');
    expect(refusal('prioritize', ...scan, intended(1, 'web2'), away('web2'))).toBeUndefined();
  });
  test('stays shut when every host was left out', () => {
    expect(refusal('prioritize', ...scan, leftOut('web1'), leftOut('web2'))).toBe('gate.identify');
  });
  test('opens when all answered', () => {
    expect(refusal('prioritize', ...scan)).toBeUndefined();
  });
});

describe('test', () => {
  test('needs a locked plan', () => {
    expect(refusal('test', ...scan)).toBe('gate.prioritize');
    expect(refusal('test', ...plan)).toBeUndefined();
  });
  test('is refused, by name, for a host that was scanned without root; one that is left out is no reason', () => {
    const limited = scanned('web2');
    if (limited.type === 'host.scanned') limited.data.summary.limits = ['nothing can be installed there'];
    const state = after(...scan, limited, locked(digest, 1), planned('web1'), planned('web2'));
    expect(gate(state, 'test')).toMatchObject({
      code: 'gate.root',
      what: expect.stringContaining('1 host: web2') as string,
      next: expect.stringContaining('become') as string,
    });
    expect(refusal('test', ...plan, limited, leftOut('web2'))).toBeUndefined();
    expect(refusal('test', ...scan, limited, locked(digest, 1), planned('web1'))).toBeUndefined();
  });
  test('is refused, by name, for a host whose manager is known from its documentation only, until the inventory says that it was tried', () => {
    const documented = scanned('web2');
    if (documented.type === 'host.scanned')
      documented.data.summary.documented = [
        {manager: 'apk', sentence: 'apk is known from its documentation only: 2.14'},
      ];
    const events = [...scan, documented, locked(digest, 1), planned('web1'), planned('web2')];
    const state = after(...events);
    expect(gate(state, 'test')).toMatchObject({
      code: 'gate.untried',
      what: expect.stringMatching(/from its documentation only: 2\.14, and nobody says .*: web2$/) as string,
      next: expect.stringContaining('tried: [apk]') as string,
    });
    expect(refusal('test', ...plan, documented, leftOut('web2'))).toBeUndefined();
    const tried = (...managers: ManagerId[]): RunState => ({
      ...state,
      hosts: new Map(
        [...state.hosts].map(([name, record]) => [
          name,
          {...record, host: {...record.host, ...(name === 'web2' ? {tried: managers} : {})}},
        ]),
      ),
    });
    expect(gate(tried('apk'), 'test')).toBeUndefined();
    expect(gate(tried('dnf5'), 'test')?.code).toBe('gate.untried');
    // What the plan does not use is no reason; of older runs nobody knows what theirs used.
    const uses = (...managers: ManagerId[]): Body => {
      const body = planned('web2');
      return body.type === 'host.planned' ? {...body, data: {...body.data, managers}} : body;
    };
    const using = (body: Body): string | undefined =>
      refusal('test', ...scan, documented, locked(digest, 1), planned('web1'), body);
    expect(using(uses('custom/shop'))).toBeUndefined();
    expect(using(uses('apt', 'apk'))).toBe('gate.untried');
    expect(using(planned('web2'))).toBe('gate.untried');
  });
});

describe('deploy', () => {
  test('needs a test', () => {
    expect(refusal('deploy', ...plan)).toBe('gate.test');
  });
  test('does not follow a test that ended badly, and says how it ended', () => {
    const state = after(...plan, begin('test'), staged('web1', 'full'), end('test', 'incomplete'), signed);
    expect(gate(state, 'deploy')).toMatchObject({
      code: 'gate.test',
      what: expect.stringContaining('the canary failed') as string,
    });
  });
  test('needs a way back for each host', () => {
    const state = after(...plan, begin('test'), staged('web1', 'full'), end('test'), signed);
    expect(gate(state, 'deploy')).toMatchObject({
      code: 'gate.test',
      what: 'there is no tested way back for 1 host: web2',
    });
  });
  test('asks about each host that has none, by name', () => {
    const noWay = [
      ...plan,
      begin('test'),
      staged('web1', 'none'),
      staged('web2', 'partial'),
      end('test'),
      signed,
    ];
    expect(gate(after(...noWay), 'deploy')).toMatchObject({
      code: 'gate.no-rollback',
      what: '1 host could not be rolled back: web1',
    });
    const accepted: Body = {type: 'host.rollback-accepted', data: {host: 'web1', reason: 'rebuilt at will'}};
    expect(refusal('deploy', ...noWay, accepted)).toBeUndefined();
  });
  test('needs the sign-off', () => {
    expect(refusal('deploy', ...tested.slice(0, -1))).toBe('gate.sign-off');
    expect(refusal('deploy', ...tested)).toBeUndefined();
  });
  test('needs a new test once the plan is another one', () => {
    expect(
      refusal(
        'deploy',
        ...tested,
        locked(nextDigest, 2),
        planned('web1', nextDigest),
        planned('web2', nextDigest),
      ),
    ).toBe('gate.test');
  });
  test('does not follow a canary that was taken back after the test, signed off or not', () => {
    expect(gate(after(...tested, is('web1', 'rolled back')), 'deploy')).toMatchObject({
      code: 'gate.canary',
      what: 'web1, which went first, is rolled back',
    });
  });
  test('is not kept by a canary that is done already', () => {
    expect(
      refusal(
        'deploy',
        ...plan,
        begin('test'),
        is('web1', 'done'),
        staged('web2', 'full'),
        end('test'),
        signed,
      ),
    ).toBe(undefined);
  });
});

describe('verify', () => {
  test('needs every planned host in a final state', () => {
    expect(gate(after(...tested, is('web1', 'done')), 'verify')).toMatchObject({
      code: 'gate.deploy',
      what: '1 host is not in a final state: web2',
    });
    expect(refusal('verify', ...tested, is('web1', 'done'), is('web2', 'failed'))).toBeUndefined();
  });
  test('needs an owner for each unknown host', () => {
    const unknown = [...tested, is('web1', 'done'), is('web2', 'unknown')];
    expect(refusal('verify', ...unknown)).toBe('gate.unknown');
    const handed: Body = {type: 'host.handed-over', data: {host: 'web2', owner: 'ben', reason: 'on call'}};
    expect(refusal('verify', ...unknown, handed)).toBeUndefined();
  });
});

describe('any stage', () => {
  test('waits for the one that is running, but can itself be taken up again', () => {
    expect(refusal('deploy', ...tested, begin('identify'))).toBe('stage.running');
    expect(refusal('identify', begin('identify'))).toBeUndefined();
  });
  test('is shut in a closed run', () => {
    expect(refusal('identify', {type: 'run.closed', data: {reason: 'done'}})).toBe('run.closed');
  });
  test('is refused with what was not done and what to do', () => {
    expect(() => requireGate(after(), 'deploy')).toThrow(
      expect.objectContaining({
        kind: 'gate',
        message: expect.stringMatching(/^deploy cannot start: .*nothing was done$/) as string,
      }),
    );
    expect(() => requireGate(after(), 'identify')).not.toThrow();
  });
});

describe('the hosts that are meant', () => {
  test('are those not left out, and of the plan those of the locked one', () => {
    const state = after(...tested, locked(nextDigest, 2), planned('web2', nextDigest));
    expect(names(members(state))).toEqual(['web1', 'web2']);
    expect(names(plannedHosts(state))).toEqual(['web2']);
    expect(names(plannedHosts(after(...tested, leftOut('web1'))))).toEqual(['web2']);
  });
  test('include one that an earlier plan changed', () => {
    const state = after(...tested, is('web1', 'done'), locked(nextDigest, 2), planned('web2', nextDigest));
    expect(names(changedHosts(state))).toEqual(['web1', 'web2']);
    expect(names(changedHosts(after(...tested, phase('web1', '')))).length).toBe(2);
  });
  test('are named up to five, and then counted', () => {
    const hosts = Array.from({length: 8}, (_, n) => included(`db${n}`));
    const state = after(begin('identify'), ...hosts, end('identify'));
    expect(gate(state, 'prioritize')?.what).toBe(
      '10 hosts did not answer: web1, web2, db0, db1, db2 and 5 more',
    );
  });
});

test('a host that was changed since it was proven is not proven', () => {
  const proven: Body = {type: 'host.verified', data: {host: 'web1', good: true, findings: []}};
  const back: Body = {type: 'host.attempt', data: {host: 'web1', why: 'rollback', reason: 'slow'}};
  const done = [...tested, is('web1', 'done'), proven];
  expect(names(unproven(after(...done)))).toEqual(['web2']);
  expect(names(unproven(after(...done, back)))).toEqual(['web1', 'web2']);
});

describe('a version that was blocked after the plan was locked', () => {
  const patch = 'apt:openssl@2';
  const choose: Body = {type: 'patches.chosen', data: {patches: [patch], chosen: true}};
  const block: Body = {type: 'version.blocked', data: {patch, reason: 'it breaks nginx'}};
  const withPatch = [...scan, choose, locked(digest, 1), planned('web1'), planned('web2')];
  const staging = [begin('test'), staged('web1', 'full'), staged('web2', 'full'), end('test'), signed];

  test('keeps that plan from being tested and from being deployed, signed off or not', () => {
    expect(refusal('test', ...withPatch, block)).toBe('plan.blocked');
    expect(refusal('deploy', ...withPatch, ...staging, block)).toBe('plan.blocked');
    expect(gate(after(...withPatch, block), 'test')?.what).toContain(patch);
  });

  test('is no matter any more once a plan without it is locked, or the block is taken back', () => {
    expect(refusal('test', ...withPatch, block, locked(nextDigest, 2))).toBeUndefined();
    const unblock: Body = {type: 'version.unblocked', data: {patch, reason: 'mended'}};
    expect(refusal('test', ...withPatch, block, unblock)).toBeUndefined();
  });

  test('does not keep what is done from being verified', () => {
    expect(refusal('verify', ...withPatch, is('web1', 'done'), is('web2', 'done'), block)).toBeUndefined();
  });
});
