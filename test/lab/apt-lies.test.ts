import {expect, it} from 'vitest';
import {oneHostForEach} from './one-host.ts';

/** What apt and dpkg call a success and is none: each is provoked by hand first, then the program is asked. */
const here = oneHostForEach();

/** How a command ends, and what it says. */
const ends = async (command: string): Promise<{code: number | null; said: string}> => {
  const {code, stdout, stderr} = await here.lab.shell(
    'lab4',
    `LC_ALL=C DEBIAN_FRONTEND=noninteractive ${command}`,
  );
  return {code, said: `${stdout}${stderr}`};
};
const installed = (name: string): Promise<string> =>
  here.inside('lab4', `dpkg-query -W -f='\${Version} \${db:Status-Abbrev}' ${name}`);

it('apt-get update ends with 0 though a repository is dead, or none is left: what is pending is unknown, never clean', async () => {
  await here.inside(
    'lab4',
    "echo 'deb http://mirror.lab:9/debian trixie main' > /etc/apt/sources.list.d/dead.list",
  );
  const lie = await ends('apt-get -q update');
  expect(lie).toMatchObject({code: 0, said: expect.stringContaining('W: Failed to fetch') as string});

  const scan = await here.run('scan', 'lab4');
  expect(scan.exit).toBe(3);
  expect(scan.stderr).toContain('the package lists of lab4 could not be refreshed');
  expect(scan.stderr).toContain('what is pending is unknown');
  const plan = await here.run('plan', '--security');
  expect(plan.exit).toBe(4);
  expect(plan.stderr).toContain('1 host did not answer: lab4');

  await here.inside('lab4', 'mv /etc/apt/sources.list.d/* /root/');
  expect((await ends('apt-get -q --error-on=any update')).code).toBe(0);
  const empty = await here.run('scan', 'lab4');
  expect(empty.exit).toBe(3);
  expect(empty.stderr).toContain(
    'could not be refreshed (no repository is enabled); what is pending is unknown',
  );
});

it('apt-get check ends with 0 though a postinst failed: the package is not configured, and the host not done', async () => {
  await here.outdated('pdlab-postinst-fails');
  await here.planned('pdlab-postinst-fails');
  const test = await here.run('test', '--yes');
  expect(test.exit).toBe(3);
  expect(test.stderr).toContain('pdlab-postinst-fails 2.0 is not configured');

  expect(await installed('pdlab-postinst-fails')).toBe('2.0 iF');
  expect((await ends('apt-get -q check')).code).toBe(0);
  expect((await ends('dpkg --audit')).said).toContain('pdlab-postinst-fails');
  await here.done('rollback', 'lab4', '--yes', '--reason', 'its store');
  expect(await installed('pdlab-postinst-fails')).toBe('1.0 ii');
});

it('apt-get install ends with 0 and leaves an old version that a preference keeps: it is excluded, and said', async () => {
  await here.inside(
    'lab4',
    String.raw`apt-get -q update; printf 'Package: pdlab-web\nPin: version 1.1\nPin-Priority: -1\n' > /etc/apt/preferences.d/keep`,
  );
  const lie = await ends('apt-get -q -y --only-upgrade install pdlab-web');
  expect(lie).toMatchObject({
    code: 0,
    said: expect.stringContaining('pdlab-web is already the newest version') as string,
  });
  expect(await installed('pdlab-web')).toBe('1.0 ii');

  const isSaid = async (): Promise<void> => {
    await here.done('scan', 'lab4');
    const plan = await here.run('plan', '--package', 'pdlab-web');
    expect(plan.exit).toBe(2);
    expect(plan.stderr).toContain('pdlab-web@1.1 is excluded on lab4; nothing was chosen');
    expect(plan.stderr).toContain('apt-cache policy');
  };
  await isSaid();
  // The other way to keep a version: the old one is worth more than any other.
  await here.inside(
    'lab4',
    String.raw`printf 'Package: pdlab-web\nPin: version 1.0\nPin-Priority: 1001\n' > /etc/apt/preferences.d/keep`,
  );
  expect((await ends('apt-get -q -y --only-upgrade install pdlab-web')).code).toBe(0);
  expect(await installed('pdlab-web')).toBe('1.0 ii');
  await isSaid();
  // The preferences without that one were asked for from a file that does not stay.
  expect(await here.inside('lab4', 'find /tmp -maxdepth 1 -name "tmp.*"')).toBe('');
});

it('apt-get upgrade ends with 0 and leaves what is phased: it is said so, with its next step', async () => {
  await here.inside(
    'lab4',
    String.raw`cd /tmp && mkdir -p made/DEBIAN /srv/phased && for version in 1.0 2.0; do
  printf 'Package: pdlab-phased\nVersion: %s\nArchitecture: all\nMaintainer: Lab <lab@example.org>\nDescription: made for a test\n' $version > made/DEBIAN/control
  dpkg-deb -b made /srv/phased/$version.deb
done && dpkg -i /srv/phased/1.0.deb && cd /srv/phased && { dpkg-deb -f 2.0.deb
  printf 'Phased-Update-Percentage: 0\nFilename: ./2.0.deb\nSize: %s\nSHA256: %s\n' "$(stat -c %s 2.0.deb)" "$(sha256sum < 2.0.deb | cut -d' ' -f1)"; } > Packages
echo 'deb [trusted=yes] file:/srv/phased ./' > /etc/apt/sources.list.d/phased.list; apt-get -q update`,
  );
  const lie = await ends(
    'apt-get -q -y -o Dir::Etc::sourcelist=/etc/apt/sources.list.d/phased.list -o Dir::Etc::sourceparts=/dev/null upgrade',
  );
  expect(lie).toMatchObject({code: 0, said: expect.stringContaining('1 not upgraded') as string});
  expect(await installed('pdlab-phased')).toBe('1.0 ii');

  await here.done('scan', 'lab4');
  const plan = await here.run('plan', '--package', 'pdlab-phased');
  expect(plan.exit).toBe(2);
  expect(plan.stderr).toContain('pdlab-phased@2.0 is phased on lab4; nothing was chosen');
  expect(plan.stderr).toContain('it is offered in some days');
});
