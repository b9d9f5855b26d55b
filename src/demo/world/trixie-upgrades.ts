import {readBinaries, type Upgrade} from './packages.ts';

/** What Debian 13 had pending in November 2026. Sizes are those of the archive. */
export const trixieUpgrades: readonly Upgrade[] = [
  {
    source: 'openssl',
    from: '3.5.7-1~deb13u2',
    to: '3.5.9-1~deb13u1',
    suite: 'stable',
    previous: 'cache',
    binaries: readBinaries(
      'openssl-provider-legacy 322440 430 auto; libssl3t64 2464736 8125 auto; openssl 1518324 2523 auto',
    ),
  },
  {
    source: 'expat',
    from: '2.7.1-2',
    to: '2.9.0-1~deb13u1',
    suite: 'security',
    previous: 'archive',
    binaries: readBinaries('libexpat1 125744 427 auto'),
  },
  {
    source: 'curl',
    from: '8.14.1-2+deb13u6',
    to: '8.14.1-2+deb13u7',
    suite: 'security',
    previous: 'cache',
    binaries: readBinaries('libcurl4t64 391640 1013 auto; curl 270212 495'),
  },
  {
    source: 'sudo',
    from: '1.9.16p2-3+deb13u2',
    to: '1.9.16p2-3+deb13u5',
    suite: 'stable',
    previous: 'archive',
    binaries: readBinaries('sudo 2087324 6709'),
  },
  {
    source: 'tzdata',
    from: '2026b-0+deb13u1',
    to: '2026f-0+deb13u1',
    suite: 'stable',
    previous: 'archive',
    binaries: readBinaries('tzdata 267528 1360 all auto'),
  },
  {
    source: 'nodejs',
    from: '20.19.2+dfsg-1+deb13u2',
    to: '20.19.2+dfsg-1+deb13u3',
    suite: 'security',
    previous: 'archive',
    binaries: readBinaries('libnode115 12093268 53958 auto; nodejs 354784 2368'),
  },
  {
    source: 'rabbitmq-server',
    from: '4.0.5-6+deb13u1',
    to: '4.0.5-6+deb13u2',
    suite: 'stable',
    previous: 'archive',
    binaries: readBinaries('rabbitmq-server 16445832 25039 all'),
  },
  {
    source: 'linux-signed-amd64',
    from: '6.12.107-1',
    to: '6.12.117-1',
    sourceVersions: {from: '6.12.107+1', to: '6.12.117+1'},
    suite: 'security',
    previous: 'archive',
    binaries: readBinaries('linux-image-amd64 1476 13'),
    adds: readBinaries('linux-image-6.12.117+deb13-amd64 108488460 108901 auto'),
    kernel: {from: '6.12.107+deb13-amd64', to: '6.12.117+deb13-amd64'},
  },
];
