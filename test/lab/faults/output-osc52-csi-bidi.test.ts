import {describe, expect, it} from 'vitest';
import {expectFitForPeople} from '../../commands/refusal.ts';
import {oneHostForEach} from '../one-host.ts';
import {versionOn} from '../run-patchdeck.ts';

const here = oneHostForEach();
const {done, inside, outdated, planned} = here;

describe('escape sequences in descriptions and changelogs of packages', () => {
  it('reach no terminal, no JSON line and no report', async () => {
    await outdated('pdlab-hostile');
    // They are there, or nothing would be proven.
    expect(await inside('lab4', 'apt-cache show pdlab-hostile')).toContain('\u001b]0;names the window\u0007');
    await planned('pdlab-hostile');
    await done('test', '--yes');
    await done('report');
    const plain = await here.place.run('report');
    expectFitForPeople(plain);
    expect(plain.stdout).toContain('pdlab-hostile');
    expect(plain.stdout).toContain('CVE-2026-10011');
    expect(await versionOn(here.lab, 'lab4', 'pdlab-hostile')).toBe('2.0');
  });
});
