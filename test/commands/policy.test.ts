import {mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {z} from 'zod';
import {startFeedServer, type FeedServer} from '../advisories/feed-server.ts';
import {startFaultyFleet, type FaultyFleet} from './fleet.ts';
import {jsonLines, makePlace, resultOf, type Ended, type Place} from './program.ts';

const resultSchema = z.looseObject({
  plan: z.object({digest: z.string()}).optional(),
  decisionDigest: z.string(),
  decision: z.looseObject({feeds: z.record(z.string(), z.string())}),
});
const patchesSchema = z.looseObject({
  patches: z.array(z.looseObject({id: z.string(), why: z.string(), score: z.number().nullable()})),
});

describe('a policy on a fleet', {timeout: 90_000}, () => {
  let place: Place;
  let fleet: FaultyFleet;
  let feed: FeedServer;
  let policy = '';
  beforeAll(async () => {
    place = await makePlace();
    feed = await startFeedServer();
    fleet = await startFaultyFleet(place, ['api1', 'api2'], {canaries: ['api1']});
    policy = join(place.folder, 'policy.yaml');
    await writeFile(
      policy,
      'policy: urgent\nselect: {packages: [openssl]}\nactNow: {severity: high}\ndeadlines: {high: 10}\n',
    );
    const kev = await readFile(
      new URL('../advisories/fixtures/kev-2025-08-25-excerpt.json', import.meta.url),
    );
    const open = {
      releases: {bookworm: {status: 'resolved', fixed_version: '3.0.22-1~deb12u2', urgency: 'high'}},
    };
    feed.answer((response, request) => {
      if (request.url === '/kev') response.end(kev);
      else if (request.url === '/epss')
        response.end(
          `#model_version:v1,score_date:${new Date().toISOString().slice(0, 19)}Z\ncve,epss,percentile\nCVE-2025-9230,0.2,0.95\n`,
        );
      else response.end(JSON.stringify({openssl: {'CVE-2025-9230': open}}));
    });
  });
  afterAll(async () => {
    await fleet.close();
    await feed.close();
    await place.remove();
  });
  const run = (...args: string[]): Promise<Ended> => place.run(...args, '--json', ...fleet.reach);
  const eventsOf = (ended: Ended): {type: string; data: unknown}[] =>
    jsonLines(ended).flatMap(line => {
      const event = z.object({type: z.string(), data: z.unknown()}).safeParse(line);
      return event.success ? [event.data] : [];
    });
  const byPolicy = async (...args: string[]): Promise<z.infer<typeof resultSchema>> => {
    const ended = await run('plan', '--policy', policy, '--now', '2026-11-24T03:00:00Z', ...args);
    return resultSchema.parse(jsonLines(ended).at(-1));
  };

  it('feeds are fetched, and the ranks rest on them with their age', async () => {
    expect((await run('scan')).exit).toBe(0);
    const base = new URL(feed.url).origin;
    const sources = ['kev', 'epss', 'debian'].flatMap(name => ['--feed-url', `${name}=${base}/${name}`]);
    expect(resultOf(await place.run('feeds', 'sync', '--json', ...sources)).summary).toBe(
      '3 feeds are up to date, 0 failed',
    );
    const {patches} = patchesSchema.parse(jsonLines(await run('plan')).at(-1));
    const openssl = patches.find(({id}) => id.startsWith('apt:openssl@'));
    expect(openssl?.why).toContain('1 CVE, severity high, EPSS 20 %');
    expect(openssl?.why).toContain('data from within the last hour');
  });

  it('the same scans, feeds, policy and time give the same plan and digest', async () => {
    const first = await byPolicy();
    expect(Object.keys(first.decision.feeds)).toEqual(['debian', 'epss', 'kev']);
    expect(first.plan?.digest).toMatch(/^[0-9a-f]{64}$/);
    const again = await byPolicy();
    expect([again.plan?.digest, again.decisionDigest]).toEqual([first.plan?.digest, first.decisionDigest]);
    await writeFile(policy, `${await readFile(policy, 'utf8')}effort: {maxHosts: 9}\n`);
    expect((await byPolicy()).decisionDigest).not.toBe(first.decisionDigest);
  });

  it('what waits for a person is planned with a name only', async () => {
    await writeFile(policy, `${await readFile(policy, 'utf8')}approve: {severity: low}\n`);
    const waits = await run('plan', '--policy', policy, '--yes');
    expect(waits.exit).toBe(3);
    expect(resultOf(waits).problems[0]).toMatchObject({
      code: 'policy.approval',
      next: expect.stringMatching(/--approved-by NAME --decision [0-9a-f]{12}$/) as string,
    });
    const {decisionDigest} = resultSchema.parse(jsonLines(waits).at(-1));
    const yes = (digest: string): Promise<Ended> =>
      run('plan', '--policy', policy, '--approved-by', 'A. Ops', '--decision', digest);
    expect(resultOf(await yes('0'.repeat(12))).problems[0]?.code).toBe('policy.other-decision');
    const approved = await yes(decisionDigest.slice(0, 12));
    expect(approved.exit).toBe(0);
    // The same decision, to the letter, with who said yes in the journal.
    expect(resultSchema.parse(jsonLines(approved).at(-1)).decisionDigest).toBe(decisionDigest);
    const events = eventsOf(approved);
    expect(events).toContainEqual({
      type: 'patches.chosen',
      data: {patches: [], chosen: true, decision: decisionDigest, approvedBy: 'A. Ops'},
    });
  });

  it('a yes is never wider than what was shown, and what a policy would ignore is refused', async () => {
    const code = async (...args: string[]): Promise<string | undefined> => {
      const ended = await run('plan', ...args);
      expect(ended.exit).toBe(2);
      return resultOf(ended).problems[0]?.code;
    };
    for (const flags of [
      ['--exclude-package', 'linux*'],
      ['--reboot', 'when-needed'],
      ['--approved-by', 'A. Ops'],
      ['--decision', 'a'.repeat(12)],
      ['--approved-by', 'A. Ops', '--decision', 'a'.repeat(12), '--now', '2026-11-24T03:00:00Z'],
    ]) {
      expect(await code('--policy', policy, ...flags)).toBe('plan.two-ways');
    }
    expect(await code('--approved-by', 'A. Ops', '--decision', 'a'.repeat(12))).toBe('plan.two-ways');
  });

  it('effort goes host by host, and what cannot wait is never left for later in silence', async () => {
    await writeFile(
      policy,
      'policy: few\nselect: {packages: [openssl]}\nactNow: {severity: high}\neffort: {maxHosts: 1}\n',
    );
    const ended = await run('plan', '--policy', policy);
    expect(ended.exit).toBe(3);
    expect(resultOf(ended).problems).toMatchObject([
      {
        code: 'policy.over-effort',
        what: expect.stringMatching(/cannot wait .* left for later on api2:/) as string,
      },
    ]);
    expect(jsonLines(ended).at(-1)).toMatchObject({plan: {hosts: 1}});
  });

  it('a deadline counts down from the first sync, and what is overdue and not planned is a problem', async () => {
    await writeFile(policy, 'policy: late\nselect: {packages: [openssl]}\ndeadlines: {high: 10}\n');
    const later = new Date(Date.now() + 40 * 86_400_000).toISOString();
    const ended = await run('plan', '--policy', policy, '--route', 'now', '--now', later);
    expect(ended.exit).toBe(3);
    expect(resultOf(ended).problems.find(({code}) => code === 'policy.breach')?.what).toMatch(
      /openssl@\S+ is 30 days overdue \(severity high: 10 days, known at least since \S+\) and not planned: window/,
    );
  });

  it('what is not urgent goes into the next window, with a countdown to it, or is refused outside of it', async () => {
    const text = 'policy: calm\nselect: {packages: [openssl]}\nwindow: Sunday 02:00-05:00 Europe/Berlin\n';
    await writeFile(policy, text);
    const at = (time: string, ...args: string[]): Promise<Ended> =>
      run('plan', '--policy', policy, '--route', 'window', '--now', time, ...args);
    const before = await at('2026-11-24T03:00:00Z');
    expect(before.exit).toBe(0);
    expect(before.stderr).toContain('the window opens in 4 d 22 h (Sunday 02:00-05:00 Europe/Berlin)');
    expect(jsonLines(before).at(-1)).toMatchObject({
      decision: {window: {opens: '2026-11-29T01:00:00.000Z', closes: '2026-11-29T04:00:00.000Z'}},
      plan: {hosts: 2},
    });
    await writeFile(policy, `${text}outsideWindow: refuse\n`);
    const refused = await at('2026-11-24T03:00:00Z');
    expect([refused.exit, resultOf(refused).problems[0]]).toMatchObject([
      4,
      {
        code: 'policy.window-closed',
        what: expect.stringContaining('the window opens in 4 d 22 h') as string,
        next: expect.stringContaining('--route now') as string,
      },
    ]);
    // What is urgent does not wait, and while it is open the rest does not either.
    expect((await run('plan', '--policy', policy, '--now', '2026-11-24T03:00:00Z')).exit).toBe(0);
    const during = await at('2026-11-29T03:30:00Z');
    expect(during.exit).toBe(0);
    expect(during.stderr).toContain('the window is open for another 30 min');
  });

  it('prints as a document; a mistake is said with its place, before anything is done', async () => {
    expect((await place.run('policy', policy)).stdout).toContain('# calm');
    await writeFile(join(place.folder, 'wrong.yaml'), 'policy: x\nselct: {}\n');
    const ended = await place.run('plan', '--policy', join(place.folder, 'wrong.yaml'), ...fleet.reach);
    expect(ended.exit).toBe(2);
    expect(ended.stderr).toContain('wrong.yaml:2:1: unknown key "selct" in the file; did you mean "select"?');
    expect((await run('plan', '--policy', policy, '--security')).exit).toBe(2);
    expect((await run('plan', '--policy', policy, '--now', 'soon')).exit).toBe(2);
  });

  it('a feed that is deleted makes ranks say unknown', async () => {
    const kept = join(place.folder, 'cache', 'patchdeck', 'feeds');
    await rm(kept, {recursive: true});
    await mkdir(kept);
    const {patches} = patchesSchema.parse(jsonLines(await run('plan')).at(-1));
    expect(patches.find(({id}) => id.startsWith('apt:openssl@'))?.why).toContain(
      'unknown: severity and CVSS and EPSS and age',
    );
  });
});
