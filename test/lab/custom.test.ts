import {mkdtemp, readFile, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeAll, describe, expect, it} from 'vitest';
import {installShop, shopOverlay} from './custom-app.ts';
import {up, type Lab} from './lab.ts';
import {patchdeckOn, type Answer, type Line, type Patchdeck} from './run-patchdeck.ts';

/** One real host with apt and an application's own updater. */
describe("an application's own updater beside apt", () => {
  const host = 'lab3';
  let lab: Lab;
  let deck: Patchdeck;
  let overlay: string;

  const run = (...args: string[]): Promise<Answer> => deck.run(...args, '--overlay', overlay);
  const well = async (...args: string[]): Promise<Answer> => {
    const answer = await run(...args);
    expect(answer.exit === 0 ? '' : answer.said).toBe('');
    return answer;
  };
  const shell = async (command: string): Promise<string> => (await lab.shell(host, command)).stdout.trim();
  const state = async (): Promise<string[]> => [
    await shell('readlink /opt/shop/current'),
    await shell("dpkg-query -W -f='${Version}' pdlab-web"),
    await shell('systemctl is-active shop.service'),
  ];
  const jobsOf = ({lines}: Pick<Answer, 'lines'>): unknown[] =>
    lines.flatMap(({type, data}) => {
      const job = data?.['job'] as {kind: string; step: number} | undefined;
      return type === 'job.intended' && job !== undefined && job.kind !== 'restart'
        ? [`${job.kind} ${job.step}`]
        : [];
    });

  beforeAll(async () => {
    lab = await up({hosts: 4});
    await lab.reset(host);
    await lab.install(host, 'pdlab-web=1.0');
    await installShop(lab, host);
    deck = await patchdeckOn(lab);
    overlay = join(await mkdtemp(join(tmpdir(), 'patchdeck-overlay-')), 'overlay.yaml');
    await writeFile(overlay, shopOverlay(host, {rehearseUndo: undefined}));
  });

  it('that crashes makes the host unknown: an empty answer is not "nothing pending"', async () => {
    await shell('mv /srv/shop/latest /srv/shop/away');
    const scan = await run('scan', host);
    expect(scan.exit).toBe(3);
    expect(scan.said).toContain('the answer to custom.pending cannot be believed: it ended with 2: ');
    expect(scan.said).toContain('/srv/shop/latest: No such file');
    const doctor = await run('doctor', host);
    expect(doctor.exit).toBe(3);
    expect(doctor.said).toContain('updater: the answer to custom.pending cannot be believed');
    await shell('mv /srv/shop/away /srv/shop/latest');
    expect(JSON.stringify((await well('doctor', host)).lines)).toContain('shop: 1 installed, 1 pending');
    await shell('mv /opt/shop/updater /opt/shop/away');
    expect((await run('doctor', host)).said).toContain('/opt/shop/updater is not there, or no program');
    await shell('mv /opt/shop/away /opt/shop/updater');
  });

  it('is planned, staged and carried out as the second step, and proven', async () => {
    await well('scan', host);
    await well('plan', '--cve', 'CVE-2026-20001', '--package', 'pdlab-web');
    // The console is killed when the first step is proven: the second is begun by the next, and nothing twice.
    const killed = deck.start('test', '--yes', '--overlay', overlay);
    await killed.line(({type, data}) => type === 'host.baseline' && data?.['when'] === 'after');
    killed.child.kill('SIGKILL');
    const first = await killed.ended;
    const {run: id} = (await well('test', '--yes')).result;
    // What the killed one had written down last it may not have printed any more.
    const journal = await readFile(join(deck.stateDir, 'runs', String(id), 'journal.jsonl'), 'utf8');
    const lines = journal
      .trimEnd()
      .split('\n')
      .map(each => JSON.parse(each) as Line);
    expect(jobsOf({lines})).toEqual(['stage 0', 'stage 1', 'install 0', 'install 1']);
    expect(JSON.stringify(first.lines)).toContain('custom/shop: the way back cannot be rehearsed');
    expect(await state()).toEqual(['versions/2.0', '1.1', 'active']);
  });

  it('is taken back first, then apt, from what was staged', async () => {
    await shell('rm -rf /srv/shop/1.0 /opt/shop/versions/1.0');
    const rollback = await well('rollback', host, '--yes', '--reason', 'try it');
    expect(jobsOf(rollback)).toEqual(['undo 1', 'undo 0']);
    expect(await state()).toEqual(['versions/1.0', '1.0', 'active']);
  });

  it('that rehearses its undo has a full way back, goes before apt, as its own user, and has its service restarted for it', async () => {
    // It runs as a user of its own, who may write nothing but the application.
    await shell('useradd --system shop && chown -R shop: /opt/shop');
    await writeFile(overlay, shopOverlay(host, {before: ['apt'], user: 'shop'}));
    deck = await patchdeckOn(lab);
    const started = (): Promise<string> =>
      shell('systemctl show -p ExecMainStartTimestampMonotonic --value shop.service');
    const before = await started();
    expect((await well('scan', host)).said).not.toContain('unknown');
    await well('plan', '--package', 'shop', '--package', 'pdlab-web');
    const test = await well('test', '--yes');
    expect(jobsOf(test)).toEqual(['stage 0', 'stage 1', 'install 0', 'install 1']);
    const notes = test.lines.flatMap(({type, data}) =>
      type === 'host.phase' && data?.['phase'] === 'installing' ? [data['note']] : [],
    );
    expect(notes).toEqual(['step 1 of 2 (custom/shop): 1 packages', 'step 2 of 2 (apt): 1 packages']);
    expect(test.lines.find(({type}) => type === 'host.staged')?.data).toMatchObject({grade: 'full'});
    expect(await state()).toEqual(['versions/2.0', '1.1', 'active']);
    const after = await started();
    expect(Number(after)).toBeGreaterThan(Number(before));
    const rollback = await well('rollback', host, '--yes', '--reason', 'try it');
    expect(jobsOf(rollback)).toEqual(['undo 1', 'undo 0']);
    expect(await state()).toEqual(['versions/1.0', '1.0', 'active']);
    expect(Number(await started())).toBeGreaterThan(Number(after));
    await writeFile(overlay, shopOverlay(host));
  });

  it('that installs a version which does not run is a regression, and is taken back', async () => {
    await shell("echo '3.0 other' > /srv/shop/latest");
    deck = await patchdeckOn(lab);
    await well('scan', host);
    await well('plan', '--package', 'shop');
    const test = await run('test', '--yes');
    expect(test.exit).toBe(3);
    expect(test.said).toContain('shop.service');
    expect((await state())[0]).toBe('versions/3.0');
    await well('rollback', host, '--yes', '--reason', 'it does not run');
    expect(await state()).toEqual(['versions/1.0', '1.0', 'active']);
    await lab.reset(host);
  });
});
