import {mkdtemp, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeAll, describe, expect, it} from 'vitest';
import {installShop, shopOverlay} from './custom-app.ts';
import {up, type Lab} from './lab.ts';
import {patchdeckOn, type Answer, type Patchdeck} from './run-patchdeck.ts';

/** Two releases of Debian, hosts with dnf and with zypper, and an application's own updater: one run, from scan to rollback. */
describe('one run over apt of two releases, dnf, zypper and an own updater', () => {
  const hosts = ['lab1', 'lab4', 'lab5', 'lab6'];
  let lab: Lab;
  let deck: Patchdeck;
  let overlay: string;
  let before: string[];

  const well = async (...args: string[]): Promise<Answer> => {
    const answer = await deck.run(...args, '--overlay', overlay);
    expect(answer.exit === 0 ? '' : answer.said).toBe('');
    return answer;
  };
  /** What a host has, by its own tools: all debs and RPMs, and the application's link. */
  const portraits = (): Promise<string[]> =>
    Promise.all(
      hosts.map(async host => {
        const {stdout} = await lab.shell(
          host,
          "dpkg-query -W -f='${Package} ${Version} ${db:Status-Abbrev}\\n' | grep ' [ih]i *$'; rpm -qa 2>/dev/null | sort; readlink /opt/shop/current",
        );
        return stdout;
      }),
    );
  const jobsOf = ({lines}: Answer, wanted: string): string[] =>
    lines.flatMap(({type, data}) => {
      const job = data?.['job'] as {host: string; kind: string; step: number} | undefined;
      return type === 'job.intended' && job?.kind === wanted ? [`${job.host} ${job.step}`] : [];
    });

  beforeAll(async () => {
    lab = await up({hosts: 6});
    await lab.reset(...hosts);
    await installShop(lab, 'lab1');
    deck = await patchdeckOn(lab);
    overlay = join(await mkdtemp(join(tmpdir(), 'patchdeck-overlay-')), 'overlay.yaml');
    await writeFile(overlay, shopOverlay('lab1'));
    before = await portraits();
  });

  it('scan finds what each has, and every update says whose it is', async () => {
    const scan = await well('scan', ...hosts);
    expect(scan.said).toContain('4 of 4 hosts answered');
    const managers = scan.lines
      .filter(({type}) => type === 'host.scanned')
      .map(({data}) => [data?.['host'], (data?.['summary'] as {managers: string[]}).managers]);
    expect(Object.fromEntries(managers)).toEqual({
      lab1: ['apt', 'custom/shop'],
      lab4: ['apt'],
      lab5: ['apt', 'dnf4'],
      lab6: ['apt', 'zypper'],
    });
  });

  it('plan, test and deploy carry out every step of every host, and verify proves it', async () => {
    await well('plan', '--package', 'pdlab-web', '--package', 'pdrpm-web', '--package', 'shop');
    const test = await well('test', '--yes');
    const ofRpmHosts = ['lab5 0', 'lab5 1', 'lab6 0', 'lab6 1'];
    expect(jobsOf(test, 'stage').sort()).toEqual(['lab1 0', 'lab1 1', 'lab4 0', ...ofRpmHosts]);
    expect(jobsOf(test, 'install')).toEqual(['lab1 0', 'lab1 1']);
    const deploy = await well('deploy', '--yes', '--sign-off', 'tester', '--reason', 'canary healthy');
    expect(jobsOf(deploy, 'install').sort()).toEqual(['lab4 0', ...ofRpmHosts]);
    const verify = await well('verify');
    expect(verify.said).toContain('4 of 4 hosts proven to be as planned');
    const [one, four, five, six] = await portraits();
    expect(one).toContain('versions/2.0');
    for (const each of [one, four, five, six]) expect(each).toMatch(/^pdlab-web 1\.1 /m);
    for (const each of [five, six]) expect(each).toContain('pdrpm-web-1.1-1.x86_64');
  });

  it('rollback takes all of them back to what they were, the last step first', async () => {
    const rollback = await well('rollback', ...hosts, '--yes', '--reason', 'try it');
    const undone = jobsOf(rollback, 'undo');
    for (const host of ['lab1', 'lab5', 'lab6'])
      expect(undone.filter(job => job.startsWith(host))).toEqual([`${host} 1`, `${host} 0`]);
    expect(await portraits()).toEqual(before);
    await lab.reset(...hosts);
  });
});
