import {old, security, type LabPackage} from './lab-package.ts';

/** Packages for the ways back: where the old version is to be had, and whether it may be installed again. */
export const undoPackages: readonly LabPackage[] = [
  {
    // The mirror has replaced the old version: it can be packed again, where dpkg-repack is.
    name: 'pdlab-gone',
    on: [],
    versions: [old({suite: 'gone'}), security('CVE-2026-10015: double free.')],
  },
  {
    name: 'pdlab-cached',
    on: [],
    cached: true,
    versions: [old({suite: 'gone'}), security('CVE-2026-10016: integer overflow.')],
  },
  {
    // It cannot even be packed again: dpkg-repack refuses when a conffile was deleted.
    name: 'pdlab-no-way-back',
    on: [],
    then: 'rm /etc/pdlab-no-way-back.conf',
    versions: [
      old({
        suite: 'gone',
        files: {'/etc/pdlab-no-way-back.conf': 'mode = safe\n'},
        conffiles: ['/etc/pdlab-no-way-back.conf'],
      }),
      security('CVE-2026-10006: use after free.', {
        files: {'/etc/pdlab-no-way-back.conf': 'mode = safe\n'},
        conffiles: ['/etc/pdlab-no-way-back.conf'],
      }),
    ],
  },
  {
    // The old version is in the archive, and refuses to be installed over the new one.
    name: 'pdlab-one-way',
    on: [],
    versions: [
      old({
        scripts: {
          preinst: `if [ "$1" = upgrade ] && dpkg --compare-versions "$2" gt 1.0; then
  echo "pdlab-one-way: the data of $2 cannot be read by 1.0" >&2
  exit 1
fi`,
        },
      }),
      security('CVE-2026-10013: a new format of its data.'),
    ],
  },
  {
    // The new version brings configuration files that the old one does not have; its administrator edits one of them.
    name: 'pdlab-brings',
    on: [],
    versions: [
      old({files: {'/etc/pdlab-brings/base.conf': 'a = 1\n'}, conffiles: ['/etc/pdlab-brings/base.conf']}),
      security('CVE-2026-10017: an unsafe default.', {
        files: {
          '/etc/pdlab-brings/base.conf': 'a = 2\n',
          '/etc/pdlab-brings/plain.conf': 'b = 2\n',
          '/etc/pdlab-brings/edited.conf': 'c = 2\n',
        },
        conffiles: [
          '/etc/pdlab-brings/base.conf',
          '/etc/pdlab-brings/plain.conf',
          '/etc/pdlab-brings/edited.conf',
        ],
      }),
    ],
  },
];
