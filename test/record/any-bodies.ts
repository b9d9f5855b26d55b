import fc from 'fast-check';
import {phases, stageNames} from '../../src/model/phase.ts';
import {grades} from '../../src/model/rollback.ts';
import type {Body} from '../../src/record/event.ts';
import {exampleHost, started} from '../store/example-run.ts';

const names = ['web1', 'web2', '10', '__proto__x'];
const host = fc.constantFrom(...names);
const digest = fc.constantFrom('a'.repeat(64), 'b'.repeat(64));
const word = fc.string({maxLength: 12});
const jobId = fc.nat(5).map(n => n.toString(16).padStart(32, '0'));
const stage = fc.constantFrom(...stageNames);
const patch = fc.constantFrom('apt:nginx@2', 'apt:curl@3', 'apt:openssl@1');
const trouble = fc.record({code: fc.constantFrom('host.lost', 'job.died'), what: word, next: word});

const summary = {
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

const body = <Type extends Body['type'], Data>(
  type: Type,
  data: fc.Arbitrary<Data>,
): fc.Arbitrary<{type: Type; data: Data}> => data.map(value => ({type, data: value}));

/** Any event of a run that has begun; whether it can follow the ones before it is another matter. */
export const anyBody: fc.Arbitrary<Body> = fc.oneof(
  body(
    'host.included',
    host.map(name => ({host: exampleHost(name)})),
  ),
  body('run.taken-over', fc.record({epoch: fc.integer({min: 2, max: 5}), from: word})),
  body('host.epoch-raised', fc.record({host, epoch: fc.integer({min: 2, max: 5})})),
  body('host.left-out', fc.record({host, reason: word})),
  body('host.scanned', fc.record({host, file: digest, summary: fc.constant(summary)})),
  body('host.unreachable', fc.record({host, trouble})),
  body('host.planned', fc.record({host, planDigest: digest, changes: fc.nat(9)})),
  body('host.phase', fc.record({host, phase: fc.constantFrom(...phases), note: word})),
  body(
    'host.checked',
    fc.record({host, planDigest: digest, ready: fc.boolean(), findings: fc.array(word, {maxLength: 2})}),
  ),
  body(
    'host.staged',
    fc.record({host, planDigest: digest, point: digest, grade: fc.constantFrom(...grades), why: word}),
  ),
  body('host.rollback-accepted', fc.record({host, reason: word})),
  body(
    'host.attempt',
    fc.record({host, why: fc.constantFrom('test' as const, 'upgrade' as const), reason: word}),
  ),
  body(
    'host.baseline',
    fc.record({host, when: fc.constantFrom('before' as const, 'after' as const), file: digest}),
  ),
  body('host.trouble', fc.record({host, trouble})),
  body('host.trouble-cleared', fc.record({host})),
  body('host.handed-over', fc.record({host, owner: word, reason: word})),
  body('host.verified', fc.record({host, good: fc.boolean(), findings: fc.array(word, {maxLength: 1})})),
  body(
    'job.intended',
    fc.record({
      job: fc.record({
        id: jobId,
        host,
        kind: fc.constantFrom('stage' as const, 'install' as const),
        planDigest: digest,
        bootId: fc.constant('boot-1'),
        machineId: fc.constant('machine-1'),
      }),
    }),
  ),
  body('job.started', fc.record({id: jobId, host})),
  body(
    'job.ended',
    fc.record({
      id: jobId,
      host,
      outcome: fc.constantFrom('ended' as const, 'died' as const),
      rc: fc.option(fc.nat(3)),
      log: fc.option(digest),
    }),
  ),
  body('job.forgotten', fc.record({id: jobId, host})),
  body('lease.intended', fc.record({host, id: word, what: word, expires: word})),
  body('lease.released', fc.record({host, id: word})),
  body('reboot.intended', fc.record({host, bootId: word})),
  body('reboot.seen', fc.record({host, bootId: word})),
  body('stage.started', fc.record({stage})),
  body(
    'stage.ended',
    fc.record({stage, outcome: fc.constantFrom('complete' as const, 'stopped' as const), summary: word}),
  ),
  body('stage.signed-off', fc.record({stage, name: word, reason: word})),
  body('patches.ranked', fc.record({file: digest, count: fc.nat(9)})),
  body('patches.chosen', fc.record({patches: fc.array(patch, {maxLength: 3}), chosen: fc.boolean()})),
  body(
    'plan.locked',
    fc.record({
      digest,
      revision: fc.nat(3),
      hosts: fc.nat(9),
      changes: fc.nat(9),
      reboot: fc.constantFrom('never' as const, 'when-needed' as const),
      reason: word,
    }),
  ),
  body('version.blocked', fc.record({patch, reason: word})),
  body('version.unblocked', fc.record({patch, reason: word})),
  body('wave.started', fc.record({wave: fc.nat(3), size: fc.nat(9)})),
  body(
    'wave.ended',
    fc.record({
      wave: fc.nat(3),
      outcome: fc.constantFrom('done' as const, 'failed' as const),
      summary: word,
    }),
  ),
  body('run.paused', fc.record({reason: word})),
  body('run.resumed', fc.record({reason: word})),
  body('run.stopping', fc.record({how: fc.constantFrom('after-hosts' as const), reason: word})),
  body('run.closed', fc.record({reason: word})),
);

/** The bodies of a run: begun, with two of its hosts, and then as many as can follow each other. */
export const anyBodies: fc.Arbitrary<Body[]> = fc
  .array(anyBody, {maxLength: 40})
  .map(bodies => [
    started(),
    ...names.slice(0, 3).map((name): Body => ({type: 'host.included', data: {host: exampleHost(name)}})),
    ...bodies,
  ]);
