import type {Facts} from '../model/facts.ts';

/** Until when a release gets security fixes. Dates are the last day, as YYYY-MM-DD. */
type Release = {
  ends: string;
  /** Fixes that go on for everybody after that, by volunteers or for part of the packages. */
  free?: {what: string; ends: string};
  /** Fixes that are paid for. */
  paid?: {what: string; ends: string};
};

/** What is known of a host's release. `ends` is when fixes for everybody end or ended. */
export type Support =
  | {state: 'supported' | 'limited' | 'ended'; ends: string; sentence: string}
  | {state: 'unknown'; sentence: string};

/**
 * Whether a release still gets security fixes on a day (milliseconds since 1970). `limited`: only what follows its full support, as
 * Debian's LTS. What is not in the table is unknown: it never counts as supported.
 */
export const supportOf = (os: Facts['os'], now: number): Support => {
  const release = releaseOf(os);
  const name = os.version === '' ? os.name : `${os.id} ${os.version}`;
  if (release === undefined)
    return {state: 'unknown', sentence: `until when ${name} is supported is not known`};
  const today = new Date(now).toISOString().slice(0, 10);
  const {ends, free, paid} = release;
  if (today <= ends) return {state: 'supported', ends, sentence: `${name} is supported until ${ends}`};
  if (free !== undefined && today <= free.ends) {
    return {
      state: 'limited',
      ends: free.ends,
      sentence: `${name} has had ${free.what} only since ${ends}; that ends ${free.ends}`,
    };
  }
  const last = free?.ends ?? ends;
  const more =
    paid === undefined || today > paid.ends
      ? ''
      : `; ${paid.what}, which is paid for, goes on until ${paid.ends}`;
  return {state: 'ended', ends: last, sentence: `${name} has had no security support since ${last}${more}`};
};

/** As the release calls itself in os-release: RHEL and its kin count by major version, SUSE by service pack, Alpine by branch. */
const releaseOf = ({id, version}: Facts['os']): Release | undefined => {
  const [major = '', minor = ''] = version.split('.');
  return [version, `${major}.${minor}`, major]
    .map(name => table[id]?.[name])
    .find(known => known !== undefined);
};

/** Debian: distro-info-data 0.58+deb12u7 (debian.csv). LTS is for everybody, ELTS is paid for. */
const debian = (ends: string, lts: string, elts: string): Release => ({
  ends,
  free: {what: 'LTS', ends: lts},
  paid: {what: 'ELTS', ends: elts},
});
/** Ubuntu: distro-info-data 0.58+deb12u7 (ubuntu.csv). ESM and legacy support come with Ubuntu Pro. */
const ubuntu = (ends: string, pro?: string): Release => ({
  ends,
  ...(pro === undefined ? {} : {paid: {what: 'Ubuntu Pro', ends: pro}}),
});
const paid = (ends: string, what: string, until: string): Release => ({ends, paid: {what, ends: until}});
const plain = (ends: string): Release => ({ends});

const table: Readonly<Record<string, Readonly<Record<string, Release>>>> = {
  debian: {
    '8': debian('2018-06-17', '2020-06-30', '2025-06-30'),
    '9': debian('2020-07-18', '2022-06-30', '2027-06-30'),
    '10': debian('2022-09-10', '2024-06-30', '2029-06-30'),
    '11': debian('2024-08-14', '2026-08-31', '2031-06-30'),
    '12': debian('2026-07-11', '2028-06-30', '2033-06-30'),
    '13': debian('2028-08-09', '2030-06-30', '2035-06-30'),
  },
  ubuntu: {
    '14.04': ubuntu('2019-04-25', '2026-04-28'),
    '16.04': ubuntu('2021-04-30', '2028-04-25'),
    '18.04': ubuntu('2023-05-31', '2030-04-30'),
    '20.04': ubuntu('2025-05-29', '2032-04-27'),
    '22.04': ubuntu('2027-06-01', '2034-04-25'),
    '24.04': ubuntu('2029-05-31', '2036-04-29'),
    '24.10': ubuntu('2025-07-10'),
    '25.04': ubuntu('2026-01-15'),
    '25.10': ubuntu('2026-07-09'),
    '26.04': ubuntu('2031-05-29', '2038-04-27'),
    '26.10': ubuntu('2027-07-15'),
  },
  // access.redhat.com/support/policy/updates/errata: maintenance support, then the ELS add-on.
  rhel: {
    '6': paid('2020-11-30', 'ELS', '2024-06-30'),
    '7': paid('2024-06-30', 'ELS', '2028-06-30'),
    '8': paid('2029-05-31', 'ELS', '2032-05-31'),
    '9': paid('2032-05-31', 'ELS', '2035-05-31'),
    '10': plain('2035-05-31'),
  },
  // wiki.centos.org/About/Product and centos.org/cl-vs-cs: 8 and 9 are CentOS Linux and Stream under one id; Stream 9 follows RHEL 9.
  centos: {
    '6': plain('2020-11-30'),
    '7': plain('2024-06-30'),
    '8': plain('2024-05-31'),
    '9': plain('2027-05-31'),
  },
  // wiki.rockylinux.org/rocky/version
  rocky: {'8': plain('2029-05-31'), '9': plain('2032-05-31'), '10': plain('2035-05-31')},
  // wiki.almalinux.org/release-notes
  almalinux: {'8': plain('2029-03-01'), '9': plain('2032-05-31'), '10': plain('2035-05-31')},
  // oracle.com/a/ocom/docs/elsp-lifetime-069338.pdf: a month is counted from its first day.
  ol: {
    '6': paid('2021-03-01', 'extended support', '2024-12-01'),
    '7': paid('2024-12-01', 'extended support', '2026-06-01'),
    '8': paid('2029-07-01', 'extended support', '2031-07-01'),
    '9': paid('2032-06-30', 'extended support', '2034-06-30'),
  },
  // suse.com/lifecycle: general support, then LTSS. 15.6 and later are left out until their dates are seen there.
  sles: {
    '12.4': paid('2020-06-30', 'LTSS', '2023-06-30'),
    '12.5': paid('2024-10-31', 'LTSS', '2027-10-31'),
    '15.1': paid('2021-01-31', 'LTSS', '2024-01-31'),
    '15.2': paid('2021-12-31', 'LTSS', '2024-12-31'),
    '15.3': paid('2022-12-31', 'LTSS', '2025-12-31'),
    '15.4': paid('2023-12-31', 'LTSS', '2026-12-31'),
    '15.5': paid('2024-12-31', 'LTSS', '2027-12-31'),
  },
  // en.opensuse.org/Lifetime
  'opensuse-leap': {
    '15.2': plain('2022-01-04'),
    '15.3': plain('2022-12-31'),
    '15.4': plain('2023-12-07'),
    '15.5': plain('2024-12-31'),
    '15.6': plain('2026-04-30'),
    '16.0': plain('2027-10-31'),
  },
  // docs.fedoraproject.org/en-US/releases/eol: four weeks after the next but one; of later ones the day is not fixed yet.
  fedora: {
    '37': plain('2023-12-05'),
    '38': plain('2024-05-21'),
    '39': plain('2024-11-26'),
    '40': plain('2025-05-13'),
    '41': plain('2025-12-15'),
    '42': plain('2026-05-13'),
  },
  // alpinelinux.org/releases: of main; community ends with the release after.
  alpine: {
    '3.15': plain('2023-11-01'),
    '3.16': plain('2024-05-23'),
    '3.17': plain('2024-11-22'),
    '3.18': plain('2025-05-09'),
    '3.19': plain('2025-11-01'),
    '3.20': plain('2026-04-01'),
    '3.21': plain('2026-11-01'),
    '3.22': plain('2027-05-01'),
    '3.23': plain('2027-11-01'),
  },
  // aws.amazon.com/amazon-linux-2/faqs and docs.aws.amazon.com/linux/al2023
  amzn: {'2018.03': plain('2023-12-31'), '2': plain('2026-06-30'), '2023': plain('2029-06-30')},
};
