import {afterEach, describe, expect, it} from 'vitest';
import {apt} from '../../src/managers/apt/apt.ts';
import {zypper} from '../../src/managers/zypper/zypper.ts';
import type {ForeignPackage} from '../../src/model/package.ts';
import {makeStubs, type Stubs} from './stub-programs.ts';

/** As apt 2.6 of Debian 12 prints it. */
const files = [
  'Package files:',
  ' 100 /var/lib/dpkg/status',
  '     release a=now',
  ' 500 http://nginx.org/packages/mainline/debian bookworm/nginx amd64 Packages',
  '     release o=nginx,a=stable,n=bookworm,l=nginx,c=nginx,b=amd64',
  '     origin nginx.org',
  ' 100 http://mirror.example/debian bookworm-backports/main amd64 Packages',
  '     release o=Debian Backports,a=oldstable-backports,n=bookworm-backports,l=Debian Backports,c=main,b=amd64',
  ' 500 http://mirror.example/debian-security bookworm-security/main amd64 Packages',
  '     release v=12,o=Debian,a=oldstable-security,n=bookworm-security,l=Debian-Security,c=main,b=amd64',
  ' 500 http://mirror.example/debian bookworm/main amd64 Packages',
  '     release v=12.15,o=Debian,a=oldstable,n=bookworm,l=Debian,c=main,b=amd64',
  '     origin mirror.example',
  'Pinned packages:',
];
const debian = '        500 http://mirror.example/debian bookworm/main amd64 Packages';
const security = '        500 http://mirror.example/debian-security bookworm-security/main amd64 Packages';
const vendor = '        500 http://nginx.org/packages/mainline/debian bookworm/nginx amd64 Packages';
const backports = '        100 http://mirror.example/debian bookworm-backports/main amd64 Packages';
const status = '        100 /var/lib/dpkg/status';
const table = (name: string, ...versions: string[][]): string[] => [
  `${name}:`,
  '  Installed: (see below)',
  '  Candidate: (see below)',
  '  Version table:',
  ...versions.flat(),
];
const here = (version: string, ...from: string[]): string[] => [` *** ${version} 500`, ...from, status];
const there = (version: string, ...from: string[]): string[] => [`     ${version} 500`, ...from];

let stubs: Stubs | undefined;
afterEach(async () => stubs?.remove());

/** What the script's own text makes of apt's answers, under a real shell. */
const asked = async (...tables: string[][]): Promise<ForeignPackage[]> => {
  const {foreign} = apt;
  const [policy, all] = [files.join('\n'), tables.flat().join('\n')];
  stubs = await makeStubs({
    'dpkg-query': 'ii  x:amd64\nrc  gone:amd64\n',
    'apt-cache': `${policy}\n${all}\n`,
  });
  const {stdout} = await stubs.run(foreign.script(undefined).text);
  return foreign.parse(Buffer.from(stdout));
};

describe('whose an installed package is', () => {
  it("the distribution's, when one of its archives has the version", async () => {
    expect(
      await asked(
        table('openssl', here('3.0.22-1~deb12u2', security), there('3.0.20-1~deb12u2', debian)),
        table('bash', here('5.2.15-2+b13', debian)),
      ),
    ).toEqual([]);
  });
  it("the distribution's, when it is older than what only the distribution offers", async () => {
    expect(
      await asked(table('openssl', there('3.0.22-1~deb12u2', security), here('3.0.19-1~deb12u2'))),
    ).toEqual([]);
  });
  it("a third party's, when its archive has the version, whatever the distribution offers", async () => {
    expect(
      await asked(table('nginx', here('1.27.0-1~bookworm', vendor), there('1.22.1-9+deb12u2', debian))),
    ).toEqual([{name: 'nginx', origin: 'nginx'}]);
  });
  it('a backport, of which the records of the release do not speak', async () => {
    expect(
      await asked(table('curl', here('8.10.1-1~bpo12+1', backports), there('7.88.1-10', debian))),
    ).toEqual([{name: 'curl', origin: 'Debian Backports'}]);
  });
  it.each([
    ['no archive has it', [here('1.0')]],
    ['it is newer than what the distribution offers', [here('9.0-own'), there('1.22.1-9', debian)]],
    [
      'it may be an older one of either',
      [there('1.27.0-1~bookworm', vendor), there('1.22.1-9+deb12u2', debian), here('1.20.0-1')],
    ],
  ])('nobody knows, when %s', async (_, versions) => {
    expect(await asked(table('nginx', ...versions))).toEqual([{name: 'nginx', origin: null}]);
  });
});

describe("whose an installed package of SUSE's is", () => {
  /** What the script's own text makes of an rpm that answers so. */
  const asked = async (release: string, packages: readonly string[]): Promise<ForeignPackage[]> => {
    stubs = await makeStubs();
    const {stdout} = await stubs.run(`rpm() {
  case $* in
    *--whatprovides*) echo 'no package provides system-release'; return 1 ;;
    *os-release*) echo '${release}' ;;
    *) printf '%s\\n' ${packages.map(line => `'${line}'`).join(' ')} ;;
  esac
}
${zypper.foreign.script(undefined).text}`);
    return zypper.foreign.parse(Buffer.from(stdout));
  };

  it("openSUSE's, also what it took from SLES; what the build service made for somebody is not", async () => {
    const packages = [
      'openSUSE-release\topenSUSE',
      'glibc\tSUSE LLC <https://www.suse.com/>',
      'gpg-pubkey\t(none)',
      'gimp\tobs://build.opensuse.org/home:someone',
      'codecs\thttp://packman.links2linux.de',
      'own\t(none)',
    ];
    expect(await asked('openSUSE', packages)).toEqual([
      {name: 'gimp', origin: 'obs://build.opensuse.org/home:someone'},
      {name: 'codecs', origin: 'http://packman.links2linux.de'},
      {name: 'own', origin: null},
    ]);
  });
});
