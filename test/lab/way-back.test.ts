import {beforeAll, describe, expect, it} from 'vitest';
import {up, type Lab} from './lab.ts';
import {patchdeckOn, type Answer, type Patchdeck} from './run-patchdeck.ts';

/** Everything that a rollback has to bring back, on one real host. */
describe('the way back on a real host', () => {
  let lab: Lab;
  let deck: Patchdeck;
  let before: Record<string, string>;

  /** What a host is, as its own tools say it. */
  const portrait = async (): Promise<Record<string, string>> => {
    const ask = async (command: string): Promise<string> => (await lab.shell('lab3', command)).stdout;
    return {
      packages: await ask(
        "dpkg-query -W -f='${Package} ${Architecture} ${Version} ${db:Status-Abbrev}\\n' | grep -v '^.* un '",
      ),
      automatic: await ask('apt-mark showauto'),
      held: await ask('apt-mark showhold'),
      configuration: await ask(
        'sha256sum /etc/pdlab-conffile.conf /etc/pdlab-brings/*; ls /etc/pdlab-conffile.conf*',
      ),
      audit: await ask('dpkg --audit'),
    };
  };

  const gradeIn = ({lines}: Answer): unknown => lines.find(({type}) => type === 'host.staged')?.data;

  beforeAll(async () => {
    lab = await up({hosts: 4});
    await lab.reset('lab3');
    // One package that takes another's place, one that needs a new one, two with configuration files (edited, new), one that is held.
    await lab.install('lab3', 'pdlab-replaces=1.0', 'pdlab-held=1.0', 'pdlab-brings=1.0');
    await lab.shell('lab3', 'apt-mark hold pdlab-held; apt-mark auto pdlab-web; apt-get -q update');
    deck = await patchdeckOn(lab);
  });

  it('a plan that adds, removes and replaces packages is carried out to the letter, marks and edited files kept', async () => {
    before = await portrait();
    expect((await deck.run('scan', 'lab3')).exit).toBe(0);
    const plan = await deck.run('plan', '--package', 'pdlab-*');
    expect(plan.exit).toBe(0);
    const test = await deck.run('test', '--yes');
    expect(test.exit === 0 ? '' : test.said).toBe('');
    expect(gradeIn(test)).toMatchObject({
      grade: 'full',
      why: expect.stringContaining('from archive') as string,
    });

    const after = await portrait();
    expect(after['packages']).toMatch(/pdlab-newdep-lib all 1\.0 ii/);
    expect(after['packages']).toMatch(/pdlab-replaces all 2\.0 ii/);
    expect(after['packages']).not.toMatch(/pdlab-old \S+ \S+ ii/);
    expect(after['packages']).toMatch(/pdlab-held all 1\.0 hi/);
    // Naming a package strips its automatic mark: it was set again, and what came as a dependency is automatic.
    expect(after['automatic']).toContain('pdlab-web\n');
    expect(after['automatic']).toContain('pdlab-newdep-lib\n');
    expect(after['configuration']?.split('\n')[0]).toBe(before['configuration']?.split('\n')[0]);
    expect(after['configuration']).toContain('/etc/pdlab-brings/plain.conf');
    expect(before['configuration']).not.toContain('/etc/pdlab-brings/plain.conf');
  });

  it('rollback brings back versions, added and removed packages, marks, holds and configuration files', async () => {
    const rollback = await deck.run('rollback', 'lab3', '--yes', '--reason', 'try it');
    expect(rollback.exit === 0 ? '' : rollback.said).toBe('');
    const back = await portrait();
    expect(back).toEqual(before);
    expect(back['packages']).not.toMatch(/pdlab-newdep-lib \S+ \S+ ii/);
    expect(back['packages']).toMatch(/pdlab-old all 1\.0 ii/);
    expect(back['packages']).toMatch(/pdlab-replaces all 1\.0 ii/);
    expect(back['automatic']).toContain('pdlab-web\n');
    expect(back['held']?.trim()).toBe('pdlab-held');
    expect(back['configuration']).not.toContain('dpkg-dist');
    expect(back['audit']).toBe('');
  });

  it('a way back that a maintainer script refuses is graded partial before, and not called whole after', async () => {
    await lab.reset('lab3');
    await lab.install('lab3', 'pdlab-one-way=1.0');
    await lab.shell('lab3', 'apt-get -q update');
    const fresh = await patchdeckOn(lab);
    expect((await fresh.run('scan', 'lab3')).exit).toBe(0);
    expect((await fresh.run('plan', '--package', 'pdlab-one-way')).exit).toBe(0);
    const test = await fresh.run('test', '--yes');
    expect(test.exit === 0 ? '' : test.said).toBe('');
    expect(gradeIn(test)).toMatchObject({
      grade: 'partial',
      why: 'the preinst of pdlab-one-way may refuse to go back',
    });

    const rollback = await fresh.run('rollback', 'lab3', '--yes', '--reason', 'try it');
    expect(rollback.exit).toBe(3);
    expect(rollback.said).toContain('is not whole: pdlab-one-way is 2.0, not 1.0');
    expect(
      (await lab.shell('lab3', "dpkg-query -W -f='${Version} ${db:Status-Abbrev}' pdlab-one-way")).stdout,
    ).toBe('2.0 ii ');
  });
});
