import {z} from 'zod';
import type {DemoHost, Installed} from '../host.ts';
import {answer} from '../text.ts';
import {verb, type Verb} from './verb.ts';

const mirror = 'http://mirror.example/debian stable/main amd64 Packages';
const vendor = 'http://packages.acme.example/deb stable/main amd64 Packages';

/** What apt's policy says of packages that no archive of Debian has: the vendor's. */
export const foreign: Verb = verb(600, z.object({}), host =>
  answer(
    [
      'files',
      [
        'Package files:',
        ' 100 /var/lib/dpkg/status',
        '     release a=now',
        ` 500 ${mirror}`,
        `     release v=${host.release.version},o=Debian,a=stable,l=Debian,c=main,b=amd64`,
        ` 500 ${vendor}`,
        '     release v=4,o=Acme,a=stable,l=Acme,c=main,b=amd64',
      ],
    ],
    ['packages', vendorPackages(host).flatMap(policyOf)],
  ),
);

const vendorPackages = (host: DemoHost): Installed[] => {
  const names = host.release.upgrades
    .filter(({suite}) => suite === 'acme')
    .flatMap(({binaries}) => binaries.map(({name}) => name));
  return names.flatMap(name => host.packages.get(name) ?? []);
};

const policyOf = ({name, version}: Installed): string[] => [
  `${name}:`,
  `  Installed: ${version}`,
  `  Candidate: ${version}`,
  '  Version table:',
  ` *** ${version} 500`,
  `        500 ${vendor}`,
  '        100 /var/lib/dpkg/status',
];
