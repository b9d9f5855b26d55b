import {describe, expect, it} from 'vitest';
import {simulate, simulateStaged, simulateUndo} from '../../src/managers/zypper/simulation.ts';
import {zypper} from '../../src/managers/zypper/zypper.ts';
import {hasCode} from '../../src/model/error.ts';
import {reversed, sameChanges} from '../../src/rollout/state-proof.ts';
import {fixture, fixtureLines} from '../fixtures/fixture.ts';
import {makeStubs} from './stub-programs.ts';

const read = (path: string): Buffer => fixture(`debian-12-zypper/${path}.txt`);
const refusal = (parse: () => unknown): unknown => {
  try {
    parse();
  } catch (error) {
    return error;
  }
  return undefined;
};
const cut = (path: string, from: string, to: string): Buffer => {
  const text = read(path).toString();
  const changed = text.replaceAll(from, to);
  expect(changed).not.toBe(text);
  return Buffer.from(changed);
};

/** What zypper 1.14.42 says on a Debian 12 host of the lab. */
describe('what is pending by zypper', () => {
  const updates = zypper.pending.parse(read('zypper.pending/every-class'));
  const named = (name: string) => updates.find(update => update.name === `pdrpm-${name}`);

  it('has its source, its repository, and what the repository says of it', () => {
    expect(named('web')).toEqual({
      manager: 'zypper',
      name: 'pdrpm-web',
      arch: 'x86_64',
      installed: '1.0-1',
      candidate: '1.1-1',
      source: 'pdrpm-web',
      sourceVersion: '1.1-1',
      origin: 'updates of the lab',
      security: true,
      advisories: [{id: 'LABSA-2026:20001', severity: 'high', cves: ['CVE-2026-20001']}],
    });
  });

  it('is no security fix where its repository has advisories and none says so, and unknown where it has none', () => {
    expect(named('tool')).toMatchObject({security: false, sourceVersion: '1:1.0-1'});
    expect(named('thirdparty')?.security).toBeNull();
    expect(named('thirdparty')?.advisories).toBeUndefined();
  });

  it('says of each that an update would leave out why that is', () => {
    const why = Object.fromEntries(
      updates.map(({name, notInstalled}) => [name.slice('pdrpm-'.length), notInstalled]),
    );
    expect(why).toMatchObject({
      held: 'held',
      broken: 'broken-dependency',
      conflict: 'needs-new-or-removed',
      vendor: 'third-party',
      web: undefined,
    });
  });

  it('names what comes in the place of another, and nothing else that would come anew', () => {
    expect(named('new')).toMatchObject({installed: null, candidate: '2.0-1'});
    expect(named('newdep-lib')).toBeUndefined();
  });

  it('wants a reboot and agreement where its patch does', () => {
    expect(named('reboot')?.advisories).toEqual([
      {
        id: 'LABSA-2026:20009',
        severity: 'critical',
        cves: ['CVE-2026-20009', 'CVE-2026-20010'],
        reboot: true,
        interactive: true,
      },
    ]);
  });

  it('is unknown where a repository was skipped, though there is an answer', () => {
    const skipped = cut('zypper.pending/every-class', '@@ plain\n0\n', '@@ plain\n106\n');
    const error = refusal(() => zypper.pending.parse(skipped));
    expect(hasCode(error, 'host.bad-answer')).toBe(true);
    expect(String(error)).toContain('zypper ended with 106');
  });

  it('is unknown where no repository is enabled, though there is nothing then', () => {
    const none = cut('zypper.pending/every-class', ' enabled="1"', ' enabled="0"');
    expect(() => zypper.pending.parse(none)).toThrow(/no repository is enabled/);
  });

  it('is not what a description says: its lines are no parts of the answer', () => {
    const hostile = cut(
      'zypper.pending/every-class',
      'A case of the patchdeck lab.',
      'A\n|@@ held\n|pdrpm-web\n|',
    );
    expect(zypper.pending.parse(hostile)).toEqual(updates);
  });
});

describe('what zypper would do', () => {
  const planned = simulate.parse(read('zypper.simulate/as-planned'));

  it('adds, upgrades and removes, and puts a kernel beside the one that runs', () => {
    expect(planned.refused).toBeUndefined();
    const lines = planned.changes.map(
      ({name, from, to, beside}) => `${name.slice(6)} ${from} ${to}${beside ? ' beside' : ''}`,
    );
    expect(lines.sort()).toEqual([
      'config 1.0-1 2.0-1',
      'kernel null 2.0-1 beside',
      'luafails 1.0-1 2.0-1',
      'new null 2.0-1',
      'newdep 1.0-1 2.0-1',
      'newdep-lib null 1.0-1',
      'old 1.0-1 null',
      'postfails 1.0-1 2.0-1',
      'reboot 1.0-1 2.0-1',
      'tool 1:1.0~rc1-1 1:1.0-1',
      'web 1.0-1 1.1-1',
    ]);
  });

  it('is the same from the staged files, and its way back is the exact reverse', () => {
    expect(simulateStaged.parse(read('zypper.simulate-staged/as-planned'))).toEqual(planned);
    const back = simulateUndo.parse(read('zypper.simulate-undo/exact-reverse'));
    expect(back.refused).toBeUndefined();
    expect(sameChanges(back.changes, reversed(planned.changes))).toBe(true);
  });

  it.each([
    ['held', 'conflicting requests: remove lock to allow installation of pdrpm-held-2.0-1.noarch[updates]'],
    ['broken', 'nothing provides pdrpm-nowhere needed by pdrpm-broken-2.0-1.noarch'],
    [
      'choices-in-conflict',
      'pdrpm-slow-2.0-1.noarch requires /bin/sh, but this requirement cannot be provided; without pdrpm-conflict-2.0-1.noarch it can be done',
    ],
    ['no-such-version', "No provider of 'pdrpm-web.x86_64=9.9-1' found."],
  ])('is refused, with the reason: %s', (name, refused) => {
    expect(simulate.parse(read(`zypper.simulate/${name}`))).toEqual({changes: [], refused});
  });

  it('removes what stands in the way of what was chosen by name, and changes the vendor of it', () => {
    const removed = simulate.parse(read('zypper.simulate/conflict')).changes.filter(({to}) => to === null);
    expect(removed.map(({name}) => name)).toEqual(['pdrpm-base', 'pdrpm-web']);
    const vendor = {manager: 'zypper', name: 'pdrpm-vendor', arch: 'noarch', from: '1.0-1', to: '2.0-1'};
    expect(simulate.parse(read('zypper.simulate/vendor')).changes).toEqual([vendor]);
  });

  it('needs room for what is fetched, kept and unpacked, and nobody knows how much of what is nowhere', () => {
    expect(zypper.room.parse(read('zypper.room/known'))).toBe(1_086_803 * 2 + 1_982_524);
    const nowhere = read('zypper.simulate/no-such-version')
      .toString()
      .replace('@@ installed\n', '@@ replaced\n0\n');
    expect(zypper.room.parse(Buffer.from(nowhere))).toBeUndefined();
  });
});

describe('what zypper says of a host', () => {
  it.each([
    [0, 'Reboot is probably not necessary.', ''],
    [102, 'Reboot is suggested.', 'zypper needs-rebooting\n'],
    // SLES 12.
    [
      2,
      "Unknown command 'needs-rebooting'",
      "? zypper needs-rebooting ended with 2: Unknown command 'needs-rebooting'\n",
    ],
  ])('is a reboot, none, or that nobody knows, where it ends with %i', async (code, said, expected) => {
    const stubs = await makeStubs({rpm: 'x\n'});
    const {stdout} = await stubs.run(`ls() { :; }
zypper() { echo "${said}"; return ${code}; }
${zypper.shell.rebootWanted}`);
    await stubs.remove();
    expect(stdout).toBe(expected);
  });

  it('is not fresh when one of its repositories is dead', () => {
    expect(zypper.refresh.parse(read('zypper.refresh/fresh'))).toEqual({fresh: true, failures: []});
    const {fresh, failures} = zypper.refresh.parse(read('zypper.refresh/one-repository-dead'));
    expect(fresh).toBe(false);
    expect(failures.join()).toContain("Skipping repository 'acme of the lab'");
    // A code that says nothing is wrong does not make it so, nor does one without words.
    const lied = cut('zypper.refresh/one-repository-dead', '@@ refresh\n4\n', '@@ refresh\n0\n');
    expect(zypper.refresh.parse(lied).fresh).toBe(false);
    const silent = cut('zypper.refresh/fresh', '@@ refresh\n0\n', '@@ refresh\n7\n');
    expect(zypper.refresh.parse(silent)).toEqual({fresh: false, failures: ['zypper ended with 7']});
  });

  it('has lists of a certain age, or of one that nobody knows', () => {
    expect(zypper.lists.parse(Buffer.from('@@ refreshed\n1795692456\n@@ end\n'))).toBe(1_795_692_456);
    expect(zypper.lists.parse(Buffer.from('@@ refreshed\n\n@@ end\n'))).toBeUndefined();
  });

  it('has its marks and locks', () => {
    expect(zypper.marks.parse(read('zypper.marks/one-held'))).toEqual({
      automatic: ['pdrpm-newdep'],
      held: ['pdrpm-held'],
    });
  });

  it('names failed scriptlets, of which one was none to its exit code', () => {
    expect(zypper.complaints.parse(read('zypper.complaints/two-failed')).map(({name}) => name)).toEqual([
      'pdrpm-luafails',
      'pdrpm-postfails',
    ]);
  });

  it('counts what it fetches and changes', () => {
    const seen = (log: string) =>
      fixtureLines(`debian-12-zypper/log/${log}.txt`).flatMap(line => {
        const {percent, line: what} = zypper.progress(line) ?? {};
        return percent === undefined ? [] : [`${percent} ${what ?? ''}`];
      });
    // What is begun is not done, and what was fetched is not installed.
    expect(seen('zypper-install')[0]).toBe('0 Installing: pdrpm-tool-1:1.0-1.noarch');
    expect(seen('zypper-install')).toHaveLength(10);
    expect(seen('zypper-install').at(-1)).toBe('90 Installing: pdrpm-newdep-2.0-1.noarch');
    expect(zypper.progress('Retrieving package pdrpm-web-1.1-1.x86_64 (10/11), 453.9 KiB')).toEqual({
      line: 'Retrieving package pdrpm-web-1.1-1.x86_64 (10/11)',
    });
    expect(seen('zypper-stage').at(-1)).toMatch(/^100 old /);
  });

  it('says whom it waits for', () => {
    const line = 'System management is locked by the application with pid 576 (/usr/bin/zypper).';
    expect(zypper.progress(line)).toEqual({
      line: "waiting: /usr/bin/zypper (pid 576) holds zypper's lock",
    });
  });
});
