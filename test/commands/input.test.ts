import {chmod, mkdir, readFile, writeFile} from 'node:fs/promises';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {listRuns, readRun} from '../../src/store/run-store.ts';
import {startFaultyFleet, type FaultyFleet} from './fleet.ts';
import {makePlace, type Place} from './program.ts';
import {expectRefusal} from './refusal.ts';

let place: Place;
const fleets: FaultyFleet[] = [];
beforeEach(async () => {
  place = await makePlace();
});
afterEach(async () => {
  for (const fleet of fleets.splice(0)) await fleet.close();
  await place.remove();
});

const write = async (name: string, text: string | Uint8Array, mode = 0o600): Promise<string> => {
  const path = join(place.folder, name);
  await writeFile(path, text);
  await chmod(path, mode);
  return path;
};
const openFleet = async (...names: string[]): Promise<FaultyFleet> => {
  const fleet = await startFaultyFleet(place, names, {canaries: names.slice(0, 1)});
  fleets.push(fleet);
  return fleet;
};

/** What is chosen, and the plan that is locked. */
const stateOf = async (): Promise<unknown> => {
  const [run] = await listRuns(place.stateDir);
  const {state} = await readRun(place.stateDir, run?.id ?? '');
  return {chosen: [...state.run.chosen], plan: state.run.plan};
};

describe('an inventory', () => {
  it('with mistakes is refused with all of them, each with its line, column and remedy; nothing is begun', async () => {
    const path = await write(
      'wrong.yaml',
      'fleet: test\nhosts:\n  web1: {adress: 10.0.0.1}\n  web2: {address: 10.0.0.2, port: 99999}\n  "bad name": {address: 10.0.0.3}\n',
    );
    for (const command of [
      ['scan'],
      ['inventory', 'check'],
      ['inventory', 'list'],
      ['fix', 'CVE-2026-1234'],
    ]) {
      const result = expectRefusal(await place.run(...command, '--json', '--inventory', path), {
        exit: 2,
        code: 'inventory.invalid',
        says: [
          /nothing was done/,
          /wrong\.yaml:3:10: .*adress.*did you mean/,
          /wrong\.yaml:4:\d+: .*99999/,
          /wrong\.yaml:5:\d+/,
        ],
        next: /patchdeck inventory check/,
      });
      expect(result.summary).toMatch(/the inventory has \d mistakes/);
    }
    expect(existsSync(place.stateDir)).toBe(false);
  });

  it.each([
    ['text that is no YAML', 'fleet: [unclosed\n', /:\d+:\d+: /],
    ['a list', '- web1\n', /:1:1: /],
    ['nothing', '', /:1:1: /],
    ['escape sequences', 'fleet: test\nhosts: {"\u001b]0;x\u0007": {address: a}}\n', /:2:\d+: /],
  ])('that is %s has its place named', async (_what, text, says) => {
    const path = await write('odd.yaml', text);
    expectRefusal(await place.run('scan', '--json', '--inventory', path), {
      exit: 2,
      code: 'inventory.invalid',
      says: [says, /nothing was done/],
      next: /mend/,
    });
  });

  it('of bytes that are no text, that is a directory, or that is not there is refused with its path', async () => {
    const binary = await write('binary.yaml', new Uint8Array([0xff, 0xfe, 0x00]));
    const cases = [
      [binary, 'inventory.invalid', /not UTF-8/],
      [place.tmp, 'inventory.invalid', /it is a directory/],
      [join(place.folder, 'none.yaml'), 'inventory.missing', /none\.yaml is not there/],
    ] as const;
    for (const [path, code, says] of cases) {
      expectRefusal(await place.run('scan', '--json', '--inventory', path), {
        exit: 2,
        code,
        says: [says, /nothing was done/],
        next: /--inventory FILE|inventory check/,
      });
    }
  });

  it('that nobody named is looked for, and where is said', async () => {
    expectRefusal(await place.run('scan', '--json'), {
      exit: 2,
      code: 'inventory.missing',
      says: [/looked for .*patchdeck\.yaml.*inventory\.yaml/],
      next: /hosts: \{web1: \{address/,
    });
  });
});

describe('a host that is not there', () => {
  it("deploy 'wbe*' --yes matches nothing: exit 2, what was meant is said, and no host is touched", async () => {
    const fleet = await openFleet('web3', 'web4');
    const {stdout: before} = await place.run('scan', ...fleet.reach);
    expect(before).toContain('web4');
    const asked = fleet.get('web4').asked.length;
    expectRefusal(await place.run('deploy', 'wbe*', '--yes', '--json', ...fleet.reach), {
      exit: 2,
      code: 'inventory.no-match',
      says: [/"wbe\*" matches no host \(did you mean "web\*"\?\)/, /nothing was done/],
      next: /patchdeck inventory list/,
    });
    expect(fleet.get('web4').asked).toHaveLength(asked);
  });

  it('is refused wherever hosts can be named, before anything is begun', async () => {
    const fleet = await openFleet('web3');
    for (const args of [
      ['scan', 'wbe3'],
      ['scan', '--exclude', 'wbe3'],
      ['scan', 'web3', '--exclude', 'web3'],
      ['fix', 'CVE-2026-1234', 'tag:none'],
      ['inventory', 'list', 'wbe3'],
    ]) {
      expectRefusal(await place.run(...args, '--json', ...fleet.reach), {
        exit: 2,
        code: 'inventory.no-match',
        says: [/matches no host|no host is left/, /nothing was done/],
        next: /inventory list|exclude less/,
      });
    }
    expect(existsSync(join(place.stateDir, 'runs'))).toBe(false);
    expect(fleet.get('web3').asked).toEqual([]);
  });

  it.each([
    [['scan', '--leave-out', 'wbe3'], 'host.unknown', /wbe3 is not part of the run/],
    [['plan', '--leave-out', 'wbe3'], 'host.unknown', /wbe3 is not part of the run/],
    [['plan', '--leave-out', 'web*'], 'flags.invalid', /--leave-out: a host name has letters/],
    [
      ['test', '--accept-no-rollback', 'web 3', '--yes'],
      'flags.invalid',
      /--accept-no-rollback: a host name/,
    ],
    [['verify', '--hand-over', 'web3'], 'flags.invalid', /--hand-over: HOST=OWNER/],
    [['verify', '--hand-over', 'we b3=me'], 'command.invalid', /a host name has letters/],
    [['rollback', 'wbe3', '--yes'], 'inventory.no-match', /"wbe3" matches no host \(did you mean "web3"\?\)/],
    [['plan', '--reason', '', '--all'], 'flags.invalid', /--reason/],
    [['plan', '--block', 'nginx'], 'flags.invalid', /--block: a patch, as apt:nginx@1\.22-9/],
    [['plan', '--cve', 'heartbleed'], 'flags.invalid', /--cve: a CVE id/],
    [['plan', '--reboot', 'always'], 'flags.invalid', /--reboot/],
    [['plan', '--min-score', '101'], 'flags.invalid', /--min-score/],
    [['test', '--yes', '--sign-off', 'me'], 'flags.invalid', /--sign-off needs a reason/],
    [['deploy', '--yes', '--sign-off', 'me'], 'flags.invalid', /--sign-off needs a reason/],
  ])('in a run: %j is refused as input', async (args, code, says) => {
    const fleet = await openFleet('web3');
    await place.run('scan', ...fleet.reach);
    expectRefusal(await place.run(...args, '--json', ...fleet.reach), {
      exit: 2,
      code,
      says: [says, /nothing was done/],
      next: /./,
    });
    expect(fleet.get('web3').host.jobs.size).toBe(0);
  });
});

describe('a choice that chooses nothing', () => {
  it.each([
    [['--package', 'ngnix'], /"ngnix" is no package with a pending update \(did you mean "nginx"\?\)/],
    [['--cve', 'CVE-1999-0001'], /no pending update is known to fix CVE-1999-0001/],
  ])('plan %j locks no plan, and the one before stays', async (args, says) => {
    const fleet = await openFleet('web3');
    await place.run('scan', ...fleet.reach);
    await place.run('plan', '--package', 'nginx', ...fleet.reach);
    const before = await stateOf();
    expectRefusal(await place.run('plan', ...args, '--json', ...fleet.reach), {
      exit: 2,
      code: 'plan.no-match',
      says: [says, /nothing was chosen/],
      next: /patchdeck plan/,
    });
    expect(await stateOf()).toEqual(before);
  });
});

describe('a file with the password of sudo', () => {
  it.each([0o640, 0o604, 0o666])('with mode %o is not read: others may know it', async mode => {
    const fleet = await openFleet('web3');
    const path = await write('password', 'secret\n', mode);
    const ended = await place.run('scan', '--json', '--become-password-file', path, ...fleet.reach);
    expectRefusal(ended, {
      exit: 2,
      code: 'flags.password-file',
      says: [/password can be read by others; nothing was done/],
      next: /chmod 600/,
    });
    expect(ended.stdout + ended.stderr).not.toContain('secret');
    expect(fleet.get('web3').asked).toEqual([]);
  });

  it('that is not there, is a directory, or is no password is refused', async () => {
    const fleet = await openFleet('web3');
    await mkdir(join(place.folder, 'directory'), {mode: 0o700});
    const large = await write('large', 'x'.repeat(5000));
    for (const [path, says] of [
      [join(place.folder, 'none'), /cannot be read/],
      [join(place.folder, 'directory'), /is not a plain file/],
      [large, /too large for a password/],
    ] as const) {
      expectRefusal(await place.run('scan', '--json', '--become-password-file', path, ...fleet.reach), {
        exit: 2,
        code: 'flags.password-file',
        says: [says, /nothing was done/],
        next: /name /,
      });
    }
  });
});

describe('other files that flags name', () => {
  it('report --output never writes over a file that is there', async () => {
    const fleet = await openFleet('web3');
    await place.run('scan', ...fleet.reach);
    const path = await write('report.md', 'mine\n');
    expectRefusal(await place.run('report', '--output', path, '--json'), {
      exit: 2,
      code: 'report.not-written',
      says: [/report\.md could not be written/],
      next: /does not exist yet/,
    });
    expect(await readFile(path, 'utf8')).toBe('mine\n');
  });

  it('a catalogue of exploited vulnerabilities that is none: its name and why, and no patch counts as not exploited', async () => {
    const fleet = await openFleet('web3');
    const path = await write('kev.json', '<html>');
    const feeds = await place.run('feeds', '--kev', path, '--json');
    expectRefusal(feeds, {exit: 3, code: 'feed.missing', says: [/kev\.json/], next: /--kev/});
    await place.run('scan', ...fleet.reach);
    const plan = await place.run('plan', '--kev', path, '--json', ...fleet.reach);
    expect(plan.exit).toBe(0);
    expect(plan.stdout).toContain('exploited or not: unknown');
  });

  it('an ssh configuration that is not there is refused before any host is contacted', async () => {
    const fleet = await openFleet('web3');
    const ended = await place.run(
      'scan',
      '--json',
      '--inventory',
      fleet.inventory,
      '--ssh-config',
      join(place.folder, 'none'),
    );
    expectRefusal(ended, {
      exit: 2,
      code: 'flags.ssh-config',
      says: [/the ssh configuration .*none is not there; nothing was done/],
      next: /--ssh-config FILE/,
    });
    expect(fleet.get('web3').asked).toEqual([]);
  });
});
