import {describe, expect, it} from 'vitest';
import {facts, rebootDoubt, rebootReasons} from '../../src/hosts/facts.ts';
import type {Facts} from '../../src/model/facts.ts';
import {fixture, releases} from '../fixtures/fixture.ts';

describe.each(releases)('what a real %s is', release => {
  const read = (name: string): Facts => facts.parse(fixture(`${release}/host.facts/${name}.txt`));

  it('is read whole', () => {
    const seen = read('as-new');
    const twelve = release === 'debian-12';
    expect(seen).toMatchObject({
      os: {
        id: 'debian',
        version: twelve ? '12' : '13',
        codename: twelve ? 'bookworm' : 'trixie',
        name: twelve ? 'Debian GNU/Linux 12 (bookworm)' : 'Debian GNU/Linux 13 (trixie)',
      },
      arch: 'amd64',
      timeZone: 'UTC',
      managers: ['apt'],
      held: [],
      broken: [],
      rebootWanted: [],
    });
    expect(seen.bootId).toMatch(/^[0-9a-f-]{36}\/\d+$/);
    expect(seen.machineId).toMatch(/^[0-9a-f]{32}$/);
    expect(seen.automatic).toContain('libc6');
    expect(seen.clock).toBeGreaterThan(1_700_000_000);
  });

  it('in a container the kernel is not its own, and asks for no reboot', () => {
    const seen = read('as-new');
    expect(seen).toMatchObject({container: 'systemd-nspawn', kernel: {running: '6.12.0-lab', newest: null}});
    expect(rebootReasons(seen)).toEqual([]);
  });

  it('held and half-configured packages are named, asked without root', () => {
    expect(read('one-held')).toMatchObject({held: ['pdlab-held'], broken: []});
    expect(read('half-configured')).toMatchObject({broken: ['pdlab-postinst-fails']});
    expect(facts.script(undefined).root).toBe(false);
  });

  it('who asked for a reboot is told once each', () => {
    const seen = read('reboot-wanted');
    expect(seen.rebootWanted).toEqual(['dbus', 'linux-base']);
    expect(rebootReasons(seen)).toEqual(['asked for by dbus, linux-base']);
  });

  it('whose wish for a reboot a manager cannot tell is unknown, and not without one', () => {
    const asked = fixture(`${release}/host.facts/as-new.txt`).toString();
    const unsaid = facts.parse(Buffer.from(asked.replace('@@ reboot\n', '@@ reboot\n? no plugin says so\n')));
    expect(unsaid.rebootWanted).toEqual([]);
    expect(rebootDoubt(unsaid)).toBe('whether it wants a reboot is not known: no plugin says so');
    // A reason that is known is enough.
    expect(rebootDoubt({...unsaid, rebootWanted: ['dbus']})).toBeUndefined();
    expect(rebootDoubt(read('as-new'))).toBeUndefined();
  });

  it('an answer that was cut short is none', () => {
    const whole = fixture(`${release}/host.facts/as-new.txt`);
    expect(() => facts.parse(whole.subarray(0, whole.length - 5))).toThrow(/cut short/);
  });
});

const text = fixture('debian-12/host.facts/as-new.txt').toString();
const readWith = (changes: Record<string, string>): Facts => {
  let changed = text;
  for (const [section, value] of Object.entries(changes)) {
    changed = changed.replace(new RegExp(`(@@ ${section}\n)[^@]*`), `$1${value}`);
  }
  return facts.parse(Buffer.from(changed));
};

it('a container that has a kernel installed does not run it: it wants no reboot for it', () => {
  const seen = readWith({container: 'lxc\n', kernel: '6.1.0-40-amd64\n', newest: '6.1.0-41-amd64\n'});
  expect(seen).toMatchObject({container: 'lxc', kernel: {newest: null}});
  expect(rebootReasons(seen)).toEqual([]);
});

describe('a host that is no container', () => {
  const read = readWith;

  it('wants a reboot when a newer kernel of its flavour is installed', () => {
    const seen = read({container: 'none\n', kernel: '6.1.0-40-amd64\n', newest: '6.1.0-41-amd64\n'});
    expect(seen.container).toBeNull();
    expect(rebootReasons(seen)).toEqual(['kernel 6.1.0-41-amd64 is installed, 6.1.0-40-amd64 runs']);
  });

  it('wants none when the newest runs, or no kernel is installed', () => {
    expect(
      rebootReasons(read({container: '', kernel: '6.1.0-40-amd64\n', newest: '6.1.0-40-amd64\n'})),
    ).toEqual([]);
    expect(rebootReasons(read({container: '', kernel: '6.1.0-40-amd64\n', newest: ''}))).toEqual([]);
  });

  it('without apt has none among its managers', () => {
    expect(read({managers: 'dnf\n'}).managers).toEqual(['dnf']);
  });

  it('names its system as its own file quotes it, made safe to show', () => {
    const seen = read({os: `ID='acme'\nPRETTY_NAME="Acme \u001b[31mLinux\u001b[0m"\nVERSION_ID=7\n`});
    expect(seen.os).toEqual({id: 'acme', version: '7', codename: '', name: 'Acme Linux'});
  });

  it('says unknown where its own file says nothing', () => {
    expect(read({os: ''}).os).toEqual({id: 'unknown', version: '', codename: '', name: 'unknown'});
  });
});
