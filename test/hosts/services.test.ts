import {describe, expect, it, test} from 'vitest';
import {bootState, requestReboot} from '../../src/hosts/reboot.ts';
import {staleUnits} from '../../src/hosts/restart.ts';
import {insideChecks} from '../../src/hosts/smoke.ts';
import {inhibitUpdaters, releaseUpdaters} from '../../src/hosts/updaters.ts';
import {apt} from '../../src/managers/apt/apt.ts';
import {fixture, releases} from '../fixtures/fixture.ts';

describe.each(releases)('services of a real %s', release => {
  const read = (name: string): Buffer => fixture(`${release}/${name}.txt`);

  it('that fail a smoke check are named with their state, commands with their last words', () => {
    const failures = insideChecks.parse(read('host.smoke/two-units-and-two-commands-fail'));
    expect(failures.slice(0, 2)).toEqual([
      {check: 'pdlab-web.service', what: 'pdlab-web.service is inactive', unit: 'pdlab-web.service'},
      {check: 'none-such.service', what: 'none-such.service is inactive', unit: 'none-such.service'},
    ]);
    expect(failures).toHaveLength(4);
    expect(failures[2]?.what).toMatch(/ended with 3: last words$/);
    expect(failures[3]?.what).toBe('test -e /none ended with 1:');
  });

  it('that run replaced code are none on a host as new', () => {
    expect(staleUnits.parse(read('host.stale-units/none'))).toEqual({restart: [], reboot: []});
  });

  it('are laid at the door of the packages that have to do with them, each once', () => {
    const packages = apt.owners.parse(read('apt.owners/ssh'));
    expect(packages[0]).toBe('openssh-server');
    expect(new Set(packages).size).toBe(packages.length);
    expect(apt.owners.parse(read('apt.owners/none'))).toEqual([]);
  });

  it('that patch by themselves are held off and let go', () => {
    expect(inhibitUpdaters.parse(read('host.inhibit-updaters/held'))).toBe('held');
    expect(releaseUpdaters.parse(read('host.release-updaters/restored'))).toBe('restored');
    expect(releaseUpdaters.parse(read('host.release-updaters/nothing'))).toBe('nothing');
  });

  it('a boot is known, and a reboot of another boot is not asked for', () => {
    const seen = bootState.parse(read('host.boot/running'));
    expect(seen.system).toBe('running');
    expect(seen.bootId).toMatch(/^[0-9a-f-]{36}\/\d+$/);
    expect(requestReboot.parse(read('host.reboot/other-boot'))).toEqual({outcome: 'other-boot', reason: ''});
  });
});

it('services of a Debian 12 after an upgrade of openssl: those that a restart mends, and those that only a reboot does', () => {
  expect(staleUnits.parse(fixture('debian-12/host.stale-units/after-an-upgrade.txt'))).toEqual({
    restart: ['ssh.service', 'systemd-journald.service'],
    reboot: ['dbus.service', 'init.scope', 'systemd-logind.service'],
  });
});

test.each([
  ['patchdeck-0123.service', 'our own job'],
  ['user@1000.service', 'a person'],
  ['session-4.scope', 'a session'],
  ['a b.service', 'no unit'],
  ['$(reboot).service', 'words for a shell'],
  ['nginx', 'no type'],
])('"%s" is not restarted: it is %s', unit => {
  const answer = Buffer.from(`@@ units\n${unit}\n@@ end\n`);
  expect(staleUnits.parse(answer)).toEqual({restart: [], reboot: []});
});

test.each(['dbus-broker.service', 'getty@tty1.service', 'console-getty.service'])(
  '%s would end sessions: it waits for a reboot',
  unit => {
    const answer = Buffer.from(`@@ units\n${unit}\n@@ end\n`);
    expect(staleUnits.parse(answer)).toEqual({restart: [], reboot: [unit]});
  },
);
