import {beforeAll, describe, expect, it} from 'vitest';
import {up, type Lab} from './lab.ts';

/** The hosts that have a package manager of RPMs beside apt are what other tests take them for. */
describe('a lab host with dnf', () => {
  let lab: Lab;
  const inside = async (command: string): Promise<string> => {
    const {stdout, stderr} = await lab.shell('lab5', command);
    return `${stdout}${stderr}`;
  };

  beforeAll(async () => {
    lab = await up({hosts: 5});
    await lab.reset('lab5');
  });

  it('has RPMs whose updates are pending, signed and with advisories', async () => {
    expect(await inside('dnf -q --refresh check-update')).toMatch(/^pdrpm-web\.x86_64 +1\.1-1 +updates/m);
    expect(await inside('dnf -q updateinfo list --updates --with-cve')).toMatch(
      /^CVE-2026-20001 +Important\/Sec\. +pdrpm-web-1\.1-1\.x86_64$/m,
    );
    const checked = await inside(
      'cd /tmp && dnf -q download pdrpm-web && rpmkeys -Kv pdrpm-web-1.1-1.x86_64.rpm',
    );
    expect(checked).toMatch(/Header V4 EdDSA\/SHA\d+ Signature, key ID \w+: OK/);
  });

  it('is told apart from what apt has: both say the truth of their own', async () => {
    expect(await inside('rpm -q pdrpm-web')).toBe('pdrpm-web-1.0-1.x86_64\n');
    expect(await inside('systemctl is-active pdrpm-web pdlab-web')).toBe('active\nactive\n');
    expect(await inside('apt-get -s dist-upgrade')).toMatch(/^Inst pdlab-web \[1\.0\]/m);
    expect(await inside('apt-cache policy dnf')).toContain('mirror.lab');
  });

  it('gets the RPMs that break on demand', async () => {
    await lab.install('lab5', 'pdrpm-gone=1.0-1', 'pdrpm-postfails');
    expect(await inside('rpm -q pdrpm-gone pdrpm-postfails')).toBe(
      'pdrpm-gone-1.0-1.noarch\npdrpm-postfails-1.0-1.noarch\n',
    );
    expect(await inside('dnf -q repoquery --all pdrpm-gone 2>/dev/null')).toBe('pdrpm-gone-0:2.0-1.noarch\n');
    await lab.reset('lab5');
  });
});
