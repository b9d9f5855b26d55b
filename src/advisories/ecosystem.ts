import type {Facts} from '../model/facts.ts';
import type {ManagerId} from '../model/package.ts';

/** Debian's releases by codename; the tracker names them so, hosts and OSV by number. */
const debianReleases: Readonly<Record<string, string>> = {
  wheezy: '7',
  jessie: '8',
  stretch: '9',
  buster: '10',
  bullseye: '11',
  bookworm: '12',
  trixie: '13',
  forky: '14',
  duke: '15',
};

/** `Debian:12` for `bookworm`; testing and unstable keep their codename. */
export const debianEcosystem = (codename: string): string => `Debian:${debianReleases[codename] ?? codename}`;

/** OSV's names without what says nothing of the archive: `Ubuntu:24.04:LTS` is `Ubuntu:24.04`. */
export const plainEcosystem = (ecosystem: string): string => ecosystem.replace(/:LTS$/, '');

/** The release of a host as feeds name it; undefined for a distribution that none of them covers. */
export const ecosystemOf = ({id, version, codename}: Facts['os']): string | undefined => {
  if (id === 'debian')
    return version === '' ? debianEcosystem(codename) : `Debian:${version.split('.')[0] ?? ''}`;
  if (id === 'ubuntu' && version !== '') return `Ubuntu:${version}`;
  // `3.21.0_alpha20240807`: what will be 3.21 one day.
  if (id === 'alpine' && version.includes('_alpha')) return 'Alpine:edge';
  if (id === 'alpine' && version !== '') return `Alpine:v${version.split('.').slice(0, 2).join('.')}`;
  return undefined;
};

/** Whose packages the records of a release speak of: what comes from another manager, none of them knows. */
export const managerOfRelease = (ecosystem: string): ManagerId =>
  ecosystem.startsWith('Alpine:') ? 'apk' : 'apt';

/** The ecosystem of the same release that only a subscription opens. */
export const paidEcosystemOf = (ecosystem: string): string | undefined =>
  ecosystem.startsWith('Ubuntu:') ? ecosystem.replace('Ubuntu:', 'Ubuntu:Pro:') : undefined;
