import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {beforeAll, describe, expect, it} from 'vitest';
import {facts} from '../../src/hosts/facts.ts';
import {preflight} from '../../src/hosts/preflight.ts';
import {staleUnits} from '../../src/hosts/restart.ts';
import {lockPause, lockTries} from '../../src/managers/rpm/lock-patience.ts';
import {zypper} from '../../src/managers/zypper/zypper.ts';
import type {Change} from '../../src/model/package.ts';
import type {StepPoint} from '../../src/model/rollback.ts';
import type {Script} from '../../src/model/script.ts';
import {jobsOn, until, type HostJobs} from './host-jobs.ts';
import {up, type Lab} from './lab.ts';
import {labPaths} from './paths.ts';

/** Scripts of zypper's manager, run as they are on a host that has it. */
describe('a host with zypper', () => {
  const host = 'lab6';
  const directory = '/var/lib/patchdeck/stage/asked';
  const web: Change = {manager: 'zypper', name: 'pdrpm-web', arch: 'x86_64', from: '1.0-1', to: '1.1-1'};
  const reboot: Change = {
    manager: 'zypper',
    name: 'pdrpm-reboot',
    arch: 'noarch',
    from: '1.0-1',
    to: '2.0-1',
  };
  const changes = [web, reboot];
  let lab: Lab;
  let on: HostJobs;
  /** What a payload prints and ends with; it waits for a lock as often as it does, but not as long. */
  const carryOut = async ({text}: Script): Promise<{code: number | null; stdout: string}> => {
    const impatient = text.replaceAll(`sleep ${lockPause}`, 'sleep 0').replaceAll(`${lockTries} ]`, '2 ]');
    return await lab.shell(host, '/bin/sh -s', {input: impatient, timeoutMs: 120_000});
  };

  const pointOf = (
    packages: ReturnType<typeof zypper.staged.parse>,
    marks: ReturnType<typeof zypper.marks.parse>,
  ): StepPoint => ({
    ...{manager: 'zypper', directory, ...packages, ...marks},
    ...{simulated: true, grade: 'full', reasons: []},
  });

  beforeAll(async () => {
    lab = await up({hosts: 6});
    await lab.reset(host);
    await lab.install(host, 'pdrpm-slow');
    on = jobsOn(lab, host);
  });

  it('says without root how old its lists are, and that nobody knows where a repository was never looked at', async () => {
    const asked = async (): Promise<number | undefined> =>
      zypper.lists.parse(
        Buffer.from(
          (await lab.shell(host, 'su ops -s /bin/sh', {input: zypper.lists.script(undefined).text})).stdout,
        ),
      );
    expect(await asked()).toBeUndefined();
    const before = Number(await on.shell('date +%s'));
    await on.shell('zypper --non-interactive --quiet refresh');
    await on.shell("touch -d '2026-01-05 10:00 UTC' /var/cache/zypp/raw/*/repodata/repomd.xml");
    expect(await asked()).toBe(Date.UTC(2026, 0, 5, 10) / 1000);
    // Also a refresh that finds all as it was.
    await on.shell('zypper --non-interactive --quiet refresh acme base');
    expect(await asked()).toBe(Date.UTC(2026, 0, 5, 10) / 1000);
    await on.shell('zypper --non-interactive --quiet refresh');
    expect(await asked()).toBeGreaterThanOrEqual(before);
  });

  it("names packages of others than the distribution's", async () => {
    expect(await on.ask(zypper.foreign, undefined)).toEqual([
      {name: 'pdrpm-thirdparty', origin: 'Acme Tools'},
    ]);
  });

  it('waits for the lock of another zypper, with a limit, says whose it is, and goes round it by no other way', async () => {
    expect(await carryOut(zypper.stage({directory, changes}))).toMatchObject({code: 0});
    const packages = await on.ask(zypper.staged, {directory});
    const marks = await on.ask(zypper.marks, undefined);
    const point = pointOf(packages, marks);
    await on.shell(
      'touch /run/pdrpm-slow; systemd-run --quiet --unit=another zypper --non-interactive update pdrpm-slow',
    );
    const blocked = async (): Promise<string[]> => (await on.ask(preflight, undefined)).blocked;
    await until('the other is at work', async () =>
      (await blocked()).some(what => /^zypper \(pid \d+\) holds zypper's lock$/.test(what)),
    );
    for (const payload of [zypper.install({point, changes}), zypper.undo({point, changes})]) {
      const {code, stdout} = await carryOut(payload);
      expect({verb: payload.verb, code}).toEqual({verb: payload.verb, code: 7});
      expect(stdout).toMatch(
        /^patchdeck-error System management is locked by the application with pid \d+ \(\S*zypper\)\.$/m,
      );
      expect(stdout.match(/^System management is locked/gm)).toHaveLength(3);
      expect(stdout).not.toContain('rpm does');
    }
    expect(await on.shell('rpm -q pdrpm-web; ls /run/reboot-needed 2>/dev/null || true')).toBe(
      'pdrpm-web-1.0-1.x86_64',
    );
    // As root, zypper does not say either whether a reboot is wanted.
    expect((await on.ask(facts, undefined)).rebootUnknown).toEqual([
      expect.stringMatching(/^zypper needs-rebooting ended with 7: .* pid \d+ \(\S*zypper\)/) as string,
    ]);
    await on.shell('rm /run/pdrpm-slow');
    await until('the other is done', async () => (await blocked()).length === 0);
    expect(await carryOut(zypper.install({point, changes}))).toMatchObject({code: 0});
    expect(await on.shell('rpm -q pdrpm-web')).toBe('pdrpm-web-1.1-1.x86_64');
    expect((await on.ask(facts, undefined)).rebootWanted).toEqual(['zypper needs-rebooting']);
  });

  it('goes back also where somebody locked the package since, by rpm', async () => {
    const packages = await on.ask(zypper.staged, {directory});
    const marks = await on.ask(zypper.marks, undefined);
    const point = pointOf(packages, marks);
    await on.shell('zypper --quiet addlock pdrpm-web');
    const {stdout} = await carryOut(zypper.undo({point, changes}));
    expect(stdout).toContain('zypper would not go back; rpm does');
    expect(await on.shell('rpm -q pdrpm-web; zypper --quiet removelock pdrpm-web')).toMatch(
      /^pdrpm-web-1\.0-1\.x86_64$/m,
    );
    // What asked for a reboot is gone again, and none was done.
    expect((await on.ask(facts, undefined)).rebootWanted).toEqual([]);
    const fresh = point.fresh.filter(({name}) => name === web.name);
    expect(await carryOut(zypper.install({point: {...point, fresh}, changes: [web]}))).toMatchObject({
      code: 0,
    });
  });

  it('brings back a version that no repository has any more, as zypper had kept it', async () => {
    const gone: Change = {manager: 'zypper', name: 'pdrpm-gone', arch: 'noarch', from: '1.0-1', to: '2.0-1'};
    const [file, cache] = ['pdrpm-gone-1.0-1.noarch.rpm', '/var/cache/zypp/packages/base'];
    const own = {directory: `${directory}-kept`, changes: [gone]};
    await lab.install(host, 'pdrpm-gone=1.0-1');
    const input = await readFile(join(labPaths(lab.dir).labRpms, file));
    await lab.shell(host, `mkdir -p ${cache} && cat >${cache}/${file}`, {input});
    expect(await carryOut(zypper.stage(own))).toMatchObject({code: 0});
    const packages = await on.ask(zypper.staged, own);
    expect(packages).toMatchObject({previous: [{file, source: 'cache'}], gone: []});
    await on.shell(`rm ${cache}/${file}`);
    const marks = await on.ask(zypper.marks, undefined);
    const point = {...pointOf(packages, marks), directory: own.directory};
    await carryOut(zypper.install({point, changes: own.changes}));
    expect(await on.shell('rpm -q pdrpm-gone')).toBe('pdrpm-gone-2.0-1.noarch');
    await carryOut(zypper.undo({point, changes: own.changes}));
    expect(await on.shell('rpm -q pdrpm-gone')).toBe('pdrpm-gone-1.0-1.noarch');
  });

  it('tells which services run what was replaced, and wants a reboot where a patch did that somebody installed, of which zypper knows nothing after', async () => {
    expect(await on.ask(staleUnits, undefined)).toEqual({restart: ['pdrpm-web.service'], reboot: []});
    expect((await on.ask(facts, undefined)).rebootWanted).toEqual([]);
    const {code} = await lab.shell(
      host,
      'zypper --non-interactive --non-interactive-include-reboot-patches patch --cve=CVE-2026-20009',
    );
    expect(code).toBe(102);
    const {rebootWanted, rebootUnknown} = await on.ask(facts, undefined);
    expect({rebootWanted, rebootUnknown}).toEqual({rebootWanted: ['patch LABSA-2026:20009']});
    // zypper itself remembers it for as long as the command runs.
    expect(await on.shell('zypper --quiet needs-rebooting; echo $?')).toBe('0');
  });
});
