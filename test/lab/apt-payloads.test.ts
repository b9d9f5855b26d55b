import {beforeAll, describe, expect, it} from 'vitest';
import {apt} from '../../src/managers/apt/apt.ts';
import type {Change} from '../../src/model/package.ts';
import type {StagedFile, StepPoint} from '../../src/model/rollback.ts';
import type {Script} from '../../src/model/script.ts';
import {up, type Lab} from './lab.ts';

/** What the payloads of apt do on a real host that whole runs do not come by. */
describe('the payloads of apt on a real host', () => {
  let lab: Lab;
  const directory = '/var/lib/patchdeck/stage/lab';
  const host = 'lab3';

  const shell = async (command: string): Promise<string> => (await lab.shell(host, command)).stdout;
  const run = async ({text}: Script): Promise<{code: number | null; said: string}> => {
    const {code, stdout, stderr} = await lab.shell(host, '/bin/sh -s', {input: text, timeoutMs: 60_000});
    return {code, said: stdout + stderr};
  };
  const point = (stated: Partial<StepPoint>): StepPoint => ({
    ...{manager: 'apt', directory, fresh: [], previous: [], gone: [], automatic: [], held: []},
    ...{simulated: true, grade: 'full', reasons: [], ...stated},
  });
  const change = (name: string, arch: string, from: string | null, to: string | null): Change => {
    return {manager: 'apt', name, arch, from, to};
  };

  const staged = async (folder: string, name: string, version: string, arch: string): Promise<StagedFile> => {
    const file = `${name}_${version}_${arch}.deb`;
    const sha256 = (await shell(`sha256sum < ${directory}/${folder}/${file}`)).slice(0, 64);
    return {name, arch, version, file, sha256, bytes: 1, source: 'archive'};
  };

  beforeAll(async () => {
    lab = await up({hosts: 4});
    await lab.reset(host);
    await shell(`rm -rf ${directory}; mkdir -p ${directory}/new ${directory}/old`);
  });

  it('what was to go and is gone for good already keeps nothing else from being done', async () => {
    const gone = [change('pdlab-gone-for-good', 'all', '1.0', null)];
    expect(await run(apt.install({point: point({}), changes: gone}))).toMatchObject({code: 0});
    const never = [change('pdlab-never-came', 'all', null, '1.0')];
    const undone = await run(apt.undo({point: point({}), changes: never}));
    expect(undone.code).toBe(0);
    expect(undone.said).not.toContain('dpkg does');
    // apt itself refuses such a name, and all that is named with it.
    expect(await shell('LC_ALL=C apt-get -s install pdlab-never-came:all- 2>&1')).toContain(
      'Unable to locate package pdlab-never-came',
    );
    await lab.install(host, 'pdlab-web=1.0');
    const removal = [change('pdlab-web', 'all', '1.0', null)];
    expect(await run(apt.install({point: point({}), changes: removal}))).toMatchObject({code: 0});
    expect(await shell('dpkg-query -W pdlab-web 2>/dev/null')).toBe('');
  });

  it('each of two architectures of a package keeps the mark it had, forth and back', async () => {
    await shell(`set -e; dpkg --add-architecture i386; mkdir -p /tmp/made/DEBIAN; cd /tmp
for version in 1.0 2.0; do for arch in amd64 i386; do
  printf 'Package: pdlab-twin\\nVersion: %s\\nArchitecture: %s\\nMulti-Arch: same\\nMaintainer: Lab <lab@example.org>\\nDescription: twin\\n' $version $arch > made/DEBIAN/control
  dpkg-deb -b made /tmp/pdlab-twin_\${version}_$arch.deb >/dev/null
done; done
dpkg -i pdlab-twin_1.0_*.deb; mv pdlab-twin_1.0_*.deb ${directory}/old/; mv pdlab-twin_2.0_*.deb ${directory}/new/
apt-mark manual pdlab-twin:amd64; apt-mark auto pdlab-twin:i386`);
    const marks = async (): Promise<string> => await shell('apt-mark showauto | grep pdlab-twin');
    expect(await marks()).toBe('pdlab-twin:i386\n');
    const files = (folder: string, version: string): Promise<StagedFile[]> =>
      Promise.all(['amd64', 'i386'].map(arch => staged(folder, 'pdlab-twin', version, arch)));
    const [fresh, previous] = [await files('new', '2.0'), await files('old', '1.0')];
    const own = point({fresh, previous, automatic: ['pdlab-twin:i386']});
    const changes = ['amd64', 'i386'].map(arch => change('pdlab-twin', arch, '1.0', '2.0'));

    expect(await run(apt.install({point: own, changes}))).toMatchObject({code: 0});
    expect(await shell("dpkg-query -W -f='${Version} ' pdlab-twin:amd64 pdlab-twin:i386")).toBe('2.0 2.0 ');
    expect(await marks()).toBe('pdlab-twin:i386\n');
    expect(await run(apt.undo({point: own, changes}))).toMatchObject({code: 0});
    expect(await shell("dpkg-query -W -f='${Version} ' pdlab-twin:amd64 pdlab-twin:i386")).toBe('1.0 1.0 ');
    expect(await marks()).toBe('pdlab-twin:i386\n');
    await lab.reset(host);
  });

  it('a configuration file that only the new version brings goes again, and comes with it again; an edited one stays and is named', async () => {
    const conffiles = (version: string): string[] =>
      ['base', ...(version === '1.0' ? [] : ['plain', 'edited'])].map(
        name => `/etc/pdlab-brings/${name}.conf`,
      );
    const build = (version: string, preinst: string): string => `
rm -rf /tmp/made; mkdir -p /tmp/made/DEBIAN /tmp/made/etc/pdlab-brings
for path in ${conffiles(version).join(' ')}; do echo "${version} of $path" > /tmp/made$path; echo $path >> /tmp/made/DEBIAN/conffiles; done
printf 'Package: pdlab-brings\\nVersion: ${version}\\nArchitecture: all\\nMaintainer: Lab <lab@example.org>\\nDescription: x\\n' > /tmp/made/DEBIAN/control
printf '#!/bin/sh\\n${preinst}\\n' > /tmp/made/DEBIAN/preinst; chmod 755 /tmp/made/DEBIAN/preinst
dpkg-deb -b /tmp/made ${directory}/${version === '1.0' ? 'old' : 'new'}/pdlab-brings_${version}_all.deb >/dev/null`;
    const listing = async (): Promise<string> => await shell('ls /etc/pdlab-brings');
    await shell(`set -e; rm -rf ${directory}; mkdir -p ${directory}/new ${directory}/old
${build('1.0', 'exit 0')}
${build('2.0', 'exit 0')}
dpkg -i ${directory}/old/pdlab-brings_1.0_all.deb`);
    const changes = [change('pdlab-brings', 'all', '1.0', '2.0')];
    const own = async (): Promise<StepPoint> =>
      point({
        fresh: [await staged('new', 'pdlab-brings', '2.0', 'all')],
        previous: [await staged('old', 'pdlab-brings', '1.0', 'all')],
      });
    const changed = async (): Promise<string[]> => {
      const {said} = await run(apt.changedConfiguration.script({directory}));
      return apt.changedConfiguration.parse(Buffer.from(said));
    };

    expect(await run(apt.install({point: await own(), changes}))).toMatchObject({code: 0});
    expect(await listing()).toBe('base.conf\nedited.conf\nplain.conf\n');
    expect(await run(apt.undo({point: await own(), changes}))).toMatchObject({code: 0});
    expect(await listing()).toBe('base.conf\n');
    expect(await changed()).toEqual([]);

    // dpkg remembers nothing of it: the next upgrade brings both again.
    expect(await run(apt.install({point: await own(), changes}))).toMatchObject({code: 0});
    expect(await listing()).toBe('base.conf\nedited.conf\nplain.conf\n');
    await shell('echo mine > /etc/pdlab-brings/edited.conf');
    expect(await run(apt.undo({point: await own(), changes}))).toMatchObject({code: 0});
    expect(await listing()).toBe('base.conf\nedited.conf\n');
    expect(await shell('cat /etc/pdlab-brings/edited.conf')).toBe('mine\n');
    expect(await changed()).toEqual(['/etc/pdlab-brings/edited.conf']);

    // Where the old version refuses to come, the new one stays with all that is its.
    await shell(`rm /etc/pdlab-brings/edited.conf; ${build('1.0', '[ "$1" != upgrade ]')}`);
    expect(await run(apt.install({point: await own(), changes}))).toMatchObject({code: 0});
    await run(apt.undo({point: await own(), changes}));
    expect(await shell("dpkg-query -W -f='${Version} ${db:Status-Abbrev}' pdlab-brings")).toBe('2.0 ii ');
    expect(await listing()).toContain('plain.conf\n');
    expect(await shell('cat /etc/pdlab-brings/plain.conf')).toBe('2.0 of /etc/pdlab-brings/plain.conf\n');
    await lab.reset(host);
  });
});
