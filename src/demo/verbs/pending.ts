import {z} from 'zod';
import {offersFor} from '../archive.ts';
import type {DemoHost} from '../host.ts';
import {answer} from '../text.ts';
import {printSimulation, upgradeAll} from '../transaction.ts';
import {verb, type Verb} from './verb.ts';

/** Three simulated upgrades, the holds, what apt says of what is kept back, and the sources of everything. */
export const pending: Verb = verb(1500, z.object({}), host => {
  const plain = upgradeAll(host, 'plain');
  return answer(
    ['plain', printSimulation(plain, true)],
    ['full', printSimulation(upgradeAll(host, 'full'), true)],
    ['unheld', printSimulation(upgradeAll(host, 'unheld'), true)],
    ['held', [...host.held]],
    ['policy', policyOf(host, plain.keptBack)],
    ['sources', sourcesOf(host)],
    ['distribution', ['Debian']],
  );
});

/** The plain upgrade alone. */
export const glance: Verb = verb(500, z.object({}), host => {
  const plain = printSimulation(upgradeAll(host, 'plain'), true);
  return answer(
    ['plain', plain],
    ['full', []],
    ['unheld', plain],
    ['held', [...host.held]],
    ['policy', []],
    ['sources', sourcesOf(host)],
    ['distribution', ['Debian']],
  );
});

const policyOf = (host: DemoHost, names: readonly string[]): string[] =>
  offersFor(host)
    .filter(offer => names.includes(offer.binary.name))
    .flatMap(({installed, build}) => [
      `${build.name}:`,
      `  Installed: ${installed.version}`,
      `  Candidate: ${build.version}`,
      '  Version table:',
      `     ${build.version} 500`,
      ` *** ${installed.version} 100`,
      '        100 /var/lib/dpkg/status',
    ]);

/** As `apt-cache show` prints it: Source only where it is not the package itself. */
const sourcesOf = (host: DemoHost): string[] =>
  upgradeAll(host, 'unheld').installs.flatMap(({build}) => {
    const version = build.sourceVersion === build.version ? '' : ` (${build.sourceVersion})`;
    return [
      `Package: ${build.name}`,
      ...(build.source === build.name && version === '' ? [] : [`Source: ${build.source}${version}`]),
      `Version: ${build.version}`,
      `Architecture: ${build.arch}`,
      `Size: ${build.bytes}`,
    ];
  });
