import {beforeAll, describe, expect, it} from 'vitest';
import {apt} from '../../src/managers/apt.ts';
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
    const file = async (folder: string, version: string, arch: string): Promise<StagedFile> => {
      const name = `pdlab-twin_${version}_${arch}.deb`;
      const sha256 = (await shell(`sha256sum < ${directory}/${folder}/${name}`)).slice(0, 64);
      return {name: 'pdlab-twin', arch, version, file: name, sha256, bytes: 1, source: 'archive'};
    };
    const files = (folder: string, version: string): Promise<StagedFile[]> =>
      Promise.all(['amd64', 'i386'].map(arch => file(folder, version, arch)));
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
});
