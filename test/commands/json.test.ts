import {spawn} from 'node:child_process';
import {writeFile} from 'node:fs/promises';
import {fileURLToPath} from 'node:url';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {bodySchema, envelopeSchema} from '../../src/record/event.ts';
import {startFaultyFleet, type FaultyFleet} from './fleet.ts';
import {jsonLines, launcher, makePlace, resultOf, type Ended, type Place} from './program.ts';
import {expectFitForPeople} from './refusal.ts';

const catalogue = fileURLToPath(
  new URL('../advisories/fixtures/kev-2025-08-25-excerpt.json', import.meta.url),
);

/** Every subcommand with --json, in the order of a run: what a script gets to read. */
describe('--json', {timeout: 60_000}, () => {
  let place: Place;
  let fleet: FaultyFleet;
  beforeAll(async () => {
    place = await makePlace();
    fleet = await startFaultyFleet(place, ['api1', 'api2'], {canaries: ['api1']});
  });
  afterAll(async () => {
    await fleet.close();
    await place.remove();
  });

  it.each([
    ['scan', ['scan'], 0],
    ['plan', ['plan'], 0],
    ['plan', ['plan', '--security', '--package', 'openssl'], 0],
    ['test', ['test', '--yes', '--sign-off', 'tester', '--reason', 'healthy'], 0],
    ['deploy', ['deploy', '--yes'], 0],
    ['verify', ['verify'], 0],
    ['rollback', ['rollback', 'api2', '--yes'], 0],
    ['report', ['report'], 0],
    ['runs', ['runs'], 0],
    ['runs', ['runs', 'list'], 0],
    ['runs close', ['runs', 'close', '--reason', 'over'], 0],
    ['fix', ['fix', 'CVE-2026-1234'], 2],
    ['feeds', ['feeds', '--kev', catalogue], 0],
    ['feeds', ['feeds'], 3],
    ['inventory list', ['inventory'], 0],
    ['inventory check', ['inventory', 'check'], 0],
    ['doctor', ['doctor'], 0],
    ['open', ['open'], 2],
    ['demo', ['demo'], 2],
    ['', ['scna'], 2],
  ])(
    '%s: one object a line, events as they are journaled, the result last (%j)',
    async (command, args, exit) => {
      const ended = await place.run(...args, '--json', ...fleet.reach);
      expectFitForPeople(ended);
      const result = resultOf(ended);
      expect({command: result.command, exit: ended.exit, said: result.exit}).toEqual({
        command,
        exit,
        said: exit,
      });
      for (const line of jsonLines(ended).slice(0, -1)) {
        expect(envelopeSchema.safeParse(line).success && bodySchema.safeParse(line).success).toBe(true);
      }
      expect(result.problems.every(({next}) => next !== '')).toBe(true);
    },
  );

  it('is the same language without it: nothing of JSON on stdout, progress on stderr', async () => {
    const ended = await place.run('scan', '--new', ...fleet.reach);
    expect(ended.stdout).toMatch(/^HOST +SYSTEM/);
    expect(ended.stdout).not.toContain('{');
    expect(ended.stderr).toContain('identify: complete');
  });
});

describe('a question at a terminal', {timeout: 60_000}, () => {
  let place: Place;
  let fleet: FaultyFleet;
  beforeAll(async () => {
    place = await makePlace();
    fleet = await startFaultyFleet(place, ['api1', 'api2'], {canaries: ['api1']});
    await place.run('scan', ...fleet.reach);
    await place.run('plan', '--package', 'openssl', ...fleet.reach);
  });
  afterAll(async () => {
    await fleet.close();
    await place.remove();
  });

  /** Runs a command in a terminal of its own (script(1)), types once it is asked, and gives what was shown. */
  const atTerminal = async (args: string[], asked: RegExp, typed: string): Promise<Ended> => {
    const line = [process.execPath, launcher, ...args, ...fleet.reach].map(word => `'${word}'`).join(' ');
    const child = spawn('script', ['-qec', line, '/dev/null'], {env: place.env, cwd: place.folder});
    let stdout = '';
    let done = false;
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      if (done || !asked.test(stdout)) return;
      done = true;
      child.stdin.write(typed);
    });
    const exit = await new Promise<number | null>(resolve => child.once('close', resolve));
    return {exit, stdout, stderr: ''};
  };
  const untouched = (): void => {
    expect(fleet.get('api1').host.jobs.size).toBe(0);
    expect(fleet.get('api1').asked).not.toContain('job.start');
  };

  it.each([
    ['Enter alone', '\r', 4],
    ['y', 'y\r', 4],
    ['another number', '3\r', 4],
    ['the end of the input', '\u0004', 4],
    ['Ctrl-C', '\u0003', 130],
  ])('%s does not confirm: no host is changed', async (_what, typed, exit) => {
    const ended = await atTerminal(['test'], /Type 2 to go on: /, typed);
    expect(ended.stdout).toContain('no host was changed');
    expect(ended.stdout).not.toMatch(/a fault of patchdeck|^\s+at /m);
    expect(ended.exit).toBe(exit);
    untouched();
  });

  it('the password of sudo is asked for once, not shown, and Ctrl-C gives none', async () => {
    fleet.get('api1').fault.sudoPassword = 'right horse';
    const right = await atTerminal(['scan', 'api1'], /password of ops/, 'right horse\r');
    expect(right.exit).toBe(0);
    expect(right.stdout).not.toContain('right horse');
    fleet.get('api1').tries.splice(0);
    const none = await atTerminal(['scan', 'api1'], /password of ops/, '\u0003');
    expect(none.exit).toBe(130);
    expect(none.stdout).not.toMatch(/a fault of patchdeck|^\s+at /m);
    expect(fleet.get('api1').tries).toEqual([]);
    delete fleet.get('api1').fault.sudoPassword;
  });

  it('an unknown host key: only "yes" or "once" accepts it', async () => {
    await writeFile(fleet.knownHosts, '');
    const asked = /Accept it\? \[yes = and remember \/ once \/ No\] /;
    const answered = async (typed: string): Promise<string> =>
      (await atTerminal(['scan', 'api2'], asked, typed)).stdout;
    expect(await answered('y\r')).toContain('is not known and it was refused; nothing was sent to it');
    expect(await answered('\r')).toContain('it was refused');
    expect(await answered('once\r')).toContain('ok api2: ');
    expect(await answered('yes\r')).toContain('ok api2: ');
    expect((await place.run('scan', 'api2', ...fleet.reach)).stderr).toContain('ok api2: ');
    await fleet.trust();
  });
});
