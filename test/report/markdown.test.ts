import {expect, it} from 'vitest';
import type {Body} from '../../src/record/event.ts';
import {renderMarkdown} from '../../src/report/markdown.ts';
import {host} from '../components/fleet.ts';
import {foldPossible} from '../record/example-events.ts';
import {summaryOver} from '../record/host-record.ts';

const run = (mode: 'live' | 'demo'): Body => ({
  type: 'run.started',
  data: {run: '20261124-0233-1a2b', fleet: 'shop', mode, inventory: 'a'.repeat(64)},
});
const included = (name: string): Body => ({type: 'host.included', data: {host: host(name)}});
const nothingKept = (): Promise<Uint8Array> => Promise.reject(new Error('the report asked for a file'));
const now = new Date('2026-11-24T04:00:00Z');

const report = (bodies: readonly Body[]): Promise<string> =>
  renderMarkdown(foldPossible(bodies).state, nothingKept, now);

it('says what is left to do: troubles with their next step, hosts handed over, what is held off', async () => {
  const text = await report([
    run('live'),
    included('web1'),
    included('web2'),
    {
      type: 'host.trouble',
      data: {host: 'web1', trouble: {code: 'x', what: 'nginx.service failed', next: 'roll it back'}},
    },
    {type: 'host.handed-over', data: {host: 'web2', owner: 'dba', reason: 'disk'}},
    {type: 'lease.intended', data: {host: 'web2', id: 'u', what: 'updaters are stopped', expires: '09:00'}},
  ]);
  expect(text).toContain('- web1: nginx.service failed. Next: roll it back');
  expect(text).toContain('- web2: handed to dba (disk)');
  expect(text).toContain('- web2: updaters are stopped until 09:00');
});

it('names a host that was left out, with who and why: it is never part of done', async () => {
  const text = await report([
    run('live'),
    included('mail1'),
    {type: 'host.left-out', data: {host: 'mail1', reason: 'no answer'}},
  ]);
  expect(text).toMatch(/\| mail1 \| left out \|.*no answer \(operator ana\) \|/);
});

it('says how each host was reached, and which go last and why', async () => {
  const scanned = (name: string, jumps: string[]): Body => ({
    type: 'host.scanned',
    data: {host: name, file: 'b'.repeat(64), summary: summaryOver(name, jumps)},
  });
  const text = await report([
    run('live'),
    included('gate'),
    included('web1'),
    scanned('gate', []),
    scanned('web1', ['gate']),
    {type: 'stage.ended', data: {stage: 'identify', outcome: 'complete', summary: 'scanned'}},
  ]);
  expect(text).toMatch(/^\| web1 .* \| ssh2 through gate \|$/m);
  expect(text).toContain('After all others, each alone:\n\n1. gate: 1 host is reached through it\n');
});

it('counts before and after what could be looked at, and says "not known" of the rest', async () => {
  const baseline = {
    at: '2026-11-24T03:00:00Z',
    failedUnits: ['old.service'],
    activeServices: ['a.service', 'b.service'],
    sockets: ['tcp *:80'],
    mounts: ['/'],
    disks: [],
    load: 0.1,
    availableBytes: 1024 ** 2,
  };
  const blind = {...baseline, failedUnits: [], activeServices: [], servicesUnknown: 'nobody tells'};
  const moments = [baseline, blind].map(each =>
    Buffer.from(
      JSON.stringify({v: 2, host: 'web1', planDigest: 'p', baseline: each, installed: [], marks: []}),
    ),
  );
  const taken = (when: 'before' | 'after', file: string): Body => ({
    type: 'host.baseline',
    data: {host: 'web1', when, file: file.repeat(64)},
  });
  const {state} = foldPossible([run('live'), included('web1'), taken('before', '0'), taken('after', '1')]);
  const text = await renderMarkdown(
    state,
    digest => Promise.resolve(moments[Number(digest[0])] ?? new Uint8Array()),
    now,
  );
  expect(text).toContain('| web1 | 1 / not known | 2 / not known | 1 / 1 |');
});

it('says of a demo that its hosts are simulated, and of a closed run when and why', async () => {
  expect(await report([run('demo')])).toContain('DEMO: simulated hosts');
  const closed = await report([run('live'), {type: 'run.closed', data: {reason: 'change 12 is done'}}]);
  expect(closed).toContain('change 12 is done');
  expect(closed).not.toContain('DEMO');
});

it('lets nothing that a host or a person wrote break out of its cell', async () => {
  const text = await report([
    run('live'),
    included('web1'),
    {type: 'host.phase', data: {host: 'web1', phase: 'failed', note: 'a | b <script> \u001b[31mred\nnext'}},
  ]);
  const row = text.split('\n').find(line => line.startsWith('| web1 |'));
  expect(row).toContain('a \\| b &lt;script> red next');
});
