import {bookwormBase} from './bookworm-base.ts';
import {bookwormChangelogs} from './bookworm-changelogs.ts';
import {bookwormUpgrades} from './bookworm-upgrades.ts';
import type {Release} from './packages.ts';
import {trixieBase} from './trixie-base.ts';
import {trixieChangelogs} from './trixie-changelogs.ts';
import {trixieUpgrades} from './trixie-upgrades.ts';

const acme = 'Acme:4/stable';

export const releases: Readonly<Record<Release['id'], Release>> = {
  bookworm: {
    id: 'bookworm',
    version: '12',
    name: 'Debian GNU/Linux 12 (bookworm)',
    origins: {security: 'Debian-Security:12/oldstable-security', stable: 'Debian:12.15/oldstable', acme},
    base: bookwormBase,
    upgrades: bookwormUpgrades,
    changelogs: bookwormChangelogs,
  },
  trixie: {
    id: 'trixie',
    version: '13',
    name: 'Debian GNU/Linux 13 (trixie)',
    origins: {security: 'Debian-Security:13/stable-security', stable: 'Debian:13.8/stable', acme},
    base: trixieBase,
    upgrades: trixieUpgrades,
    changelogs: trixieChangelogs,
  },
};
