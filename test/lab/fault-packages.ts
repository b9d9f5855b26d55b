import {old, security, whenConfigured, type LabPackage} from './lab-package.ts';
import {undoPackages} from './undo-packages.ts';
import {webPackage} from './web-package.ts';

const conffile = '/etc/pdlab-conffile.conf';

/** Every package of the lab. Those that only break things are on no host until a test installs them. */
export const faultPackages: readonly LabPackage[] = [
  webPackage,
  {
    name: 'pdlab-newdep',
    on: [1, 3],
    versions: [
      old(),
      security('CVE-2026-10008: parsing moved into pdlab-newdep-lib.', {
        fields: {Depends: 'pdlab-newdep-lib (>= 1.0)'},
      }),
    ],
  },
  {
    name: 'pdlab-newdep-lib',
    on: [],
    versions: [security('CVE-2026-10008: the new parser of pdlab-newdep.', {version: '1.0'})],
  },
  {
    name: 'pdlab-held',
    on: [2],
    then: 'apt-mark hold pdlab-held',
    versions: [old(), security('CVE-2026-10010: out-of-bounds read.')],
  },
  {
    name: 'pdlab-thirdparty',
    on: [2],
    versions: [
      old({suite: 'acme'}),
      security('CVE-2026-10012: the agent trusted every certificate.', {suite: 'acme'}),
    ],
  },
  {
    name: 'pdlab-conffile',
    on: [3],
    // Edited on the host, so that an upgrade would ask which configuration to keep.
    then: `echo 'limit = 25' >${conffile}`,
    versions: [
      old({files: {[conffile]: 'limit = 10\n'}, conffiles: [conffile]}),
      security('CVE-2026-10004: the default limit let one client starve the others.', {
        files: {[conffile]: 'limit = 5\nburst = 2\n'},
        conffiles: [conffile],
      }),
    ],
  },
  {
    name: 'pdlab-reboot',
    on: [4],
    versions: [
      old(),
      security('CVE-2026-10007: only a reboot loads the fix.', {
        scripts: {
          postinst: whenConfigured(
            'touch /run/reboot-required',
            'echo pdlab-reboot >>/run/reboot-required.pkgs',
          ),
        },
      }),
    ],
  },
  {
    name: 'pdlab-postinst-fails',
    on: [],
    versions: [
      old(),
      security('CVE-2026-10002: migrate the store on upgrade.', {
        scripts: {
          postinst: whenConfigured('echo "pdlab-postinst-fails: the store cannot be migrated" >&2', 'exit 1'),
        },
      }),
    ],
  },
  {
    name: 'pdlab-stops-service',
    on: [],
    versions: [
      old({scripts: {postinst: whenConfigured('systemctl start pdlab-web.service || true')}}),
      security('CVE-2026-10003: close the socket it shared with pdlab-web.', {
        scripts: {postinst: whenConfigured('systemctl stop pdlab-web.service || true')},
      }),
    ],
  },
  {
    name: 'pdlab-slow',
    on: [],
    versions: [
      old(),
      security('CVE-2026-10005: rebuild every index on upgrade.', {
        scripts: {
          postinst: whenConfigured(
            'seconds=$(cat /etc/pdlab-slow-seconds 2>/dev/null || echo 30)',
            'i=0',
            'while [ "$i" -lt "$seconds" ]; do',
            '  i=$((i + 1))',
            '  echo "pdlab-slow: index $i of $seconds"',
            '  sleep 1',
            'done',
          ),
        },
      }),
    ],
  },
  {
    // What updates of openssh-server and systemd do to whoever watches, and worse: all in one postinst.
    name: 'pdlab-restarts',
    on: [],
    versions: [
      old(),
      security('CVE-2026-10017: restarts what it is reached by.', {
        scripts: {
          postinst: whenConfigured(
            'systemctl restart ssh',
            'pkill -x sshd-session || pkill -f "^sshd: ops" || true',
            'systemctl daemon-reexec',
            'sleep 4',
            'systemctl restart systemd-logind',
            // As networkd or ifupdown do when they are replaced.
            'ip link set host0 down',
            'sleep 5',
            'ip link set host0 up',
          ),
        },
      }),
    ],
  },
  {
    name: 'pdlab-replaces',
    on: [],
    with: ['pdlab-old'],
    versions: [
      old(),
      security('CVE-2026-10009: takes the place of pdlab-old.', {
        fields: {Conflicts: 'pdlab-old', Replaces: 'pdlab-old'},
      }),
    ],
  },
  {name: 'pdlab-old', on: [], versions: [old()]},
  {
    name: 'pdlab-prompt',
    on: [],
    versions: [
      old(),
      security('CVE-2026-10014: asks which protocol to speak.', {
        fields: {Depends: 'debconf'},
        templates: `Template: pdlab-prompt/protocol
Type: select
Choices: new, old
Default: new
Description: Which protocol shall be spoken?
 The old one is what the CVE is about.
`,
        scripts: {
          config:
            '. /usr/share/debconf/confmodule\ndb_input critical pdlab-prompt/protocol || true\ndb_go || true',
          postinst:
            '. /usr/share/debconf/confmodule\ndb_get pdlab-prompt/protocol\necho "$RET" >/etc/pdlab-prompt.answer',
        },
      }),
    ],
  },
  {
    name: 'pdlab-hostile',
    on: [],
    description:
      'clears \u001b[2J\u001b[31mthe screen\u001b[0m and \u001b]0;names the window\u0007 it is shown in',
    versions: [
      old(),
      security(
        'CVE-2026-10011: \u001b[1mbold\u001b[0m words \u001b]52;c;cGF0Y2hkZWNr\u0007 in the clipboard.',
      ),
    ],
  },
  ...undoPackages,
];
