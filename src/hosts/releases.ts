/** Until when a release gets security fixes. Dates are the last day, as YYYY-MM-DD. */
export type Release = {
  ends: string;
  /** Fixes that go on for everybody after that, by volunteers or for part of the packages. */
  free?: {what: string; ends: string};
  /** Fixes that are paid for. */
  paid?: {what: string; ends: string};
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

/** Releases by the id and the version of os-release. Where a distribution names a month, its last day. */
export const releases: Readonly<Record<string, Readonly<Record<string, Release>>>> = {
  debian: {
    '7': debian('2016-04-25', '2018-05-31', '2020-06-30'),
    '8': debian('2018-06-17', '2020-06-30', '2025-06-30'),
    '9': debian('2020-07-18', '2022-06-30', '2027-06-30'),
    '10': debian('2022-09-10', '2024-06-30', '2029-06-30'),
    '11': debian('2024-08-14', '2026-08-31', '2031-06-30'),
    '12': debian('2026-07-11', '2028-06-30', '2033-06-30'),
    '13': debian('2028-08-09', '2030-06-30', '2035-06-30'),
  },
  ubuntu: {
    '12.04': ubuntu('2017-04-28', '2019-04-26'),
    '14.04': ubuntu('2019-04-25', '2026-04-28'),
    '16.04': ubuntu('2021-04-30', '2028-04-25'),
    '16.10': ubuntu('2017-07-20'),
    '17.04': ubuntu('2018-01-13'),
    '17.10': ubuntu('2018-07-19'),
    '18.04': ubuntu('2023-05-31', '2030-04-30'),
    '18.10': ubuntu('2019-07-18'),
    '19.04': ubuntu('2020-01-23'),
    '19.10': ubuntu('2020-07-17'),
    '20.04': ubuntu('2025-05-29', '2032-04-27'),
    '20.10': ubuntu('2021-07-22'),
    '21.04': ubuntu('2022-01-20'),
    '21.10': ubuntu('2022-07-14'),
    '22.04': ubuntu('2027-06-01', '2034-04-25'),
    '22.10': ubuntu('2023-07-20'),
    '23.04': ubuntu('2024-01-25'),
    '23.10': ubuntu('2024-07-11'),
    '24.04': ubuntu('2029-05-31', '2036-04-29'),
    '24.10': ubuntu('2025-07-10'),
    '25.04': ubuntu('2026-01-15'),
    '25.10': ubuntu('2026-07-09'),
    '26.04': ubuntu('2031-05-29', '2038-04-27'),
    '26.10': ubuntu('2027-07-15'),
  },
  // access.redhat.com/product-life-cycles, as endoflife.date had it in August 2026: maintenance support, then the ELS add-on.
  rhel: {
    '5': paid('2017-03-31', 'ELS', '2020-11-30'),
    '6': paid('2020-11-30', 'ELS', '2024-06-30'),
    '7': paid('2024-06-30', 'ELS', '2029-05-31'),
    '8': paid('2029-05-31', 'ELS', '2033-05-31'),
    '9': paid('2032-05-31', 'ELS', '2036-05-31'),
    '10': paid('2035-05-31', 'ELS', '2039-05-31'),
  },
  // wiki.centos.org/About/Product
  centos: {
    '5': plain('2017-03-31'),
    '6': plain('2020-11-30'),
    '7': plain('2024-06-30'),
    '8': plain('2021-12-31'),
  },
  // centos.org/cl-vs-cs: each ends with the full support of its RHEL.
  'centos-stream': {
    '8': plain('2024-05-31'),
    '9': plain('2027-05-31'),
    '10': plain('2030-05-31'),
  },
  // wiki.rockylinux.org/rocky/version
  rocky: {
    '8': plain('2029-05-31'),
    '9': plain('2032-05-31'),
    '10': plain('2035-05-31'),
  },
  // wiki.almalinux.org/release-notes
  almalinux: {
    '8': plain('2029-05-31'),
    '9': plain('2032-05-31'),
    '10': plain('2035-05-31'),
  },
  // oracle.com/a/ocom/docs/elsp-lifetime-069338.pdf: Premier, then Extended Support. Of 10 it has no day yet.
  ol: {
    '6': paid('2021-03-31', 'extended support', '2024-12-31'),
    '7': paid('2024-12-31', 'extended support', '2028-06-30'),
    '8': paid('2029-07-31', 'extended support', '2032-07-31'),
    '9': paid('2032-06-30', 'extended support', '2035-06-30'),
  },
  // suse.com/lifecycle: general support, then LTSS.
  sles: {
    '11.4': paid('2019-03-31', 'LTSS', '2022-03-31'),
    '12.0': paid('2016-06-30', 'LTSS', '2019-07-01'),
    '12.1': paid('2017-05-31', 'LTSS', '2020-05-31'),
    '12.2': paid('2018-03-31', 'LTSS', '2021-03-31'),
    '12.3': paid('2019-06-30', 'LTSS', '2022-06-30'),
    '12.4': paid('2020-06-30', 'LTSS', '2023-06-30'),
    '12.5': paid('2024-10-31', 'LTSS', '2027-10-31'),
    '15.0': paid('2019-12-31', 'LTSS', '2022-12-31'),
    '15.1': paid('2021-01-31', 'LTSS', '2024-01-31'),
    '15.2': paid('2021-12-31', 'LTSS', '2024-12-31'),
    '15.3': paid('2022-12-31', 'LTSS', '2025-12-31'),
    '15.4': paid('2023-12-31', 'LTSS', '2026-12-31'),
    '15.5': paid('2024-12-31', 'LTSS', '2027-12-31'),
    '15.6': paid('2025-12-31', 'LTSS', '2028-12-31'),
    '15.7': paid('2031-07-31', 'LTSS', '2034-07-31'),
    '16.0': paid('2027-11-30', 'LTSS', '2030-11-30'),
  },
  // en.opensuse.org/Lifetime
  'opensuse-leap': {
    '42.3': plain('2019-07-01'),
    '15.0': plain('2019-12-03'),
    '15.1': plain('2021-02-02'),
    '15.2': plain('2022-01-04'),
    '15.3': plain('2022-12-31'),
    '15.4': plain('2023-12-07'),
    '15.5': plain('2024-12-31'),
    '15.6': plain('2026-04-30'),
    '16.0': plain('2027-10-31'),
  },
  // docs.fedoraproject.org/en-US/releases/lifecycle: four weeks after the next but one; of the latest by its schedule of August 2026.
  fedora: {
    '35': plain('2022-12-13'),
    '36': plain('2023-05-16'),
    '37': plain('2023-12-05'),
    '38': plain('2024-05-21'),
    '39': plain('2024-11-26'),
    '40': plain('2025-05-13'),
    '41': plain('2025-12-15'),
    '42': plain('2026-05-27'),
    '43': plain('2026-12-09'),
    '44': plain('2027-06-02'),
  },
  // alpinelinux.org/releases: of main; community ends with the release after.
  alpine: {
    '3.10': plain('2021-05-01'),
    '3.11': plain('2021-11-01'),
    '3.12': plain('2022-05-01'),
    '3.13': plain('2022-11-01'),
    '3.14': plain('2023-05-01'),
    '3.15': plain('2023-11-01'),
    '3.16': plain('2024-05-23'),
    '3.17': plain('2024-11-22'),
    '3.18': plain('2025-05-09'),
    '3.19': plain('2025-11-01'),
    '3.20': plain('2026-04-01'),
    '3.21': plain('2026-11-01'),
    '3.22': plain('2027-05-01'),
    '3.23': plain('2027-11-01'),
    '3.24': plain('2028-06-01'),
  },
  // aws.amazon.com/amazon-linux-2/faqs and docs.aws.amazon.com/linux/al2023
  amzn: {
    '2017.03': plain('2023-12-31'),
    '2017.09': plain('2023-12-31'),
    '2018.03': plain('2023-12-31'),
    '2': plain('2026-06-30'),
    '2023': plain('2029-06-30'),
  },
};
