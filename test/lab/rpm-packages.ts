import {fixed, had, type RpmKit, type RpmPackage, type RpmVersion} from './rpm-package.ts';

const everywhere: readonly RpmKit[] = ['dnf', 'zypper'];

/** A service with a program of its own: an upgrade replaces the file below the running process, and does not restart it. */
const webVersion = (more: RpmVersion): RpmVersion => ({
  ...more,
  program: true,
  files: {
    '/usr/share/pdrpm-web/health': `ok, pdrpm-web ${more.version}\n`,
    '/usr/lib/systemd/system/pdrpm-web.service': `[Unit]
Description=The RPM service of a lab host

[Service]
ExecStart=/usr/libexec/pdrpm-web/busybox httpd -f -p 8081 -h /usr/share/pdrpm-web

[Install]
WantedBy=multi-user.target
`,
  },
  scripts: {
    post: `systemctl enable --quiet pdrpm-web.service
if [ -d /run/systemd/system ]; then systemctl daemon-reload; systemctl start pdrpm-web.service; fi`,
    preun: `if [ "$1" = 0 ] && [ -d /run/systemd/system ]; then systemctl disable --quiet --now pdrpm-web.service; fi`,
  },
});

const kept = '/etc/pdrpm-config.conf';
const replaced = '/etc/pdrpm-config.defaults';

/** Every RPM of the lab. Those that only break things are on no host until a test installs them. */
export const rpmPackages: readonly RpmPackage[] = [
  // What Debian has, and no RPM there provides: without it nothing that has a scriptlet can be installed.
  {
    name: 'pdrpm-base',
    on: everywhere,
    versions: [had({tags: ['Provides: /bin/sh', 'Provides: system-release = 12']})],
  },
  {
    name: 'pdrpm-web',
    on: everywhere,
    versions: [webVersion(had()), webVersion(fixed(20001, {version: '1.1-1'}))],
  },
  {
    // Not security; with an epoch, and a version that is later than what it looks like.
    name: 'pdrpm-tool',
    on: everywhere,
    versions: [
      had({version: '1:1.0~rc1-1'}),
      {version: '1:1.0-1', repository: 'updates', advisory: {id: 'LABBA-2026:20002', type: 'bugfix'}},
    ],
  },
  {
    name: 'pdrpm-newdep',
    on: everywhere,
    versions: [had(), fixed(20003, {tags: ['Requires: pdrpm-newdep-lib >= 1.0']})],
  },
  {name: 'pdrpm-newdep-lib', on: [], versions: [fixed(20003, {version: '1.0-1'})]},
  {name: 'pdrpm-old', on: everywhere, versions: [had()]},
  {
    name: 'pdrpm-new',
    on: [],
    versions: [fixed(20004, {tags: ['Obsoletes: pdrpm-old < 2.0', 'Provides: pdrpm-old = %{version}']})],
  },
  {
    name: 'pdrpm-held',
    on: everywhere,
    versions: [had(), fixed(20005)],
    // Said raw: without it dnf locks the pending version as well.
    then: {
      dnf: "dnf -q versionlock add --raw 'pdrpm-held-0:1.0-1.*'",
      zypper: 'zypper -nq addlock pdrpm-held',
    },
  },
  // Named in the `excludepkgs` of its repository.
  {name: 'pdrpm-excluded', on: ['dnf'], versions: [had(), fixed(20006)]},
  {
    name: 'pdrpm-conflict',
    on: everywhere,
    versions: [had(), fixed(20007, {tags: ['Conflicts: pdrpm-base']})],
  },
  {
    name: 'pdrpm-config',
    on: everywhere,
    versions: [
      had({
        files: {[kept]: 'limit = 10\n', [replaced]: 'mode = old\n'},
        configs: {[kept]: 'keep', [replaced]: 'replace'},
      }),
      fixed(20008, {
        files: {[kept]: 'limit = 5\n', [replaced]: 'mode = new\n'},
        configs: {[kept]: 'keep', [replaced]: 'replace'},
      }),
    ],
    then: {
      dnf: `echo 'limit = 25' >${kept}; echo 'mode = mine' >${replaced}`,
      zypper: `echo 'limit = 25' >${kept}; echo 'mode = mine' >${replaced}`,
    },
  },
  {
    // zypper leaves such a patch out unless it is told not to.
    name: 'pdrpm-reboot',
    on: everywhere,
    versions: [
      had(),
      fixed(20009, {
        advisory: {
          id: 'LABSA-2026:20009',
          type: 'security',
          severity: 'Critical',
          cves: ['CVE-2026-20009', 'CVE-2026-20010'],
          suggests: 'reboot',
        },
      }),
    ],
  },
  {
    // Its repository has no advisories: whether it is a security fix, nobody says.
    name: 'pdrpm-thirdparty',
    on: everywhere,
    versions: [had({repository: 'acme'}), {version: '2.0-1', repository: 'acme'}],
  },
  {
    // Of such packages several versions are installed beside each other.
    name: 'pdrpm-kernel',
    on: [],
    versions: [
      had({tags: ['Provides: installonlypkg(kernel)', 'Provides: multiversion(kernel)']}),
      fixed(20011, {tags: ['Provides: installonlypkg(kernel)', 'Provides: multiversion(kernel)']}),
    ],
  },
  {
    name: 'pdrpm-postfails',
    on: [],
    versions: [
      had(),
      fixed(20012, {
        scripts: {
          post: `if [ "$1" -gt 1 ]; then echo 'pdrpm-postfails: the store cannot be migrated' >&2; exit 1; fi`,
        },
      }),
    ],
  },
  {
    // What zypper says nothing of in its exit code.
    name: 'pdrpm-luafails',
    on: [],
    versions: [
      had(),
      fixed(20013, {scripts: {lua: 'error("pdrpm-luafails: the store cannot be migrated")'}}),
    ],
  },
  {name: 'pdrpm-prefails', on: [], versions: [had(), fixed(20014, {scripts: {pre: 'exit 1'}})]},
  {
    // Its installation goes on when somebody takes away /run/pdrpm-slow.
    name: 'pdrpm-slow',
    on: [],
    versions: [had(), fixed(20017, {scripts: {post: 'while [ -e /run/pdrpm-slow ]; do sleep 0.2; done'}})],
  },
  // What zypper leaves as it is: what it needs is nowhere, and what would come is another vendor's.
  {
    name: 'pdrpm-broken',
    on: ['zypper'],
    versions: [had(), fixed(20016, {tags: ['Requires: pdrpm-nowhere']})],
  },
  {name: 'pdrpm-vendor', on: ['zypper'], versions: [had(), {version: '2.0-1', repository: 'acme'}]},
  // What nobody should install: that it has an advisory says nothing of it. Of one nobody says what it is for.
  {
    name: 'pdrpm-unsigned',
    on: [],
    versions: [had(), {version: '2.0-1', repository: 'updates', signature: 'none'}],
  },
  {name: 'pdrpm-stranger', on: [], versions: [had(), fixed(20019, {signature: 'stranger'})]},
  {name: 'pdrpm-tampered', on: [], versions: [had(), fixed(20020, {signature: 'tampered'})]},
  {
    // Two streams of a module: the newer version is no update of the older stream.
    name: 'pdrpm-stream',
    on: [],
    versions: [
      had({stream: '1'}),
      fixed(20021, {version: '1.1-1', stream: '1'}),
      fixed(20021, {version: '2.0-1', stream: '2'}),
    ],
  },
  // Its old version is in no repository any more.
  {name: 'pdrpm-gone', on: [], versions: [had({repository: 'gone'}), fixed(20015)]},
];
