import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {startFeedServer, type FeedServer} from '../advisories/feed-server.ts';
import {up, type Lab} from './lab.ts';
import {patchdeckOn, versionOn, type Answer, type Patchdeck} from './run-patchdeck.ts';

type Patch = {id: string; why: string; cves: string[]};
type Decided = {patch: string; verdict: string; why: string};

/**
 * A policy on two real hosts of two releases, with a tracker document made of what their mirror really has. The steps build on each other. The number
 * of a CVE here says what it is for; only the exploited one is real, as the catalogue is CISA's.
 */
describe('a policy run on real hosts', () => {
  const exploited = 'CVE-2025-48384';
  const severe = 'CVE-2026-1001';
  const excepted = 'CVE-2026-1002';
  const unfixed = 'CVE-2026-1003';
  let lab: Lab;
  let deck: Patchdeck;
  let feed: FeedServer;
  let policy = '';
  let epss = '0.5';
  /** What the mirror offers each host. */
  const version = new Map<string, string>();

  const sync = async (): Promise<Answer> => {
    const base = new URL(feed.url).origin;
    const sources = ['kev', 'epss', 'debian'].flatMap(name => ['--feed-url', `${name}=${base}/${name}`]);
    return await deck.run('feeds', 'sync', ...sources);
  };
  const byPolicy = (): Promise<Answer> =>
    deck.run('plan', '--policy', policy, '--now', '2026-11-24T03:00:00Z', '--route', 'all');
  const decided = ({result}: Answer): Decided[] => (result['decision'] as {patches: Decided[]}).patches;
  const open = async (cve: string): Promise<string[]> => {
    const {result} = await deck.run('software', '--cve', cve);
    return (result['holes'] as {host: string}[]).map(({host}) => host);
  };
  const verdictOf = (answer: Answer, source: string): string | undefined =>
    decided(answer).find(({patch}) => patch.startsWith(`apt:${source}@`))?.verdict;

  beforeAll(async () => {
    lab = await up({hosts: 4});
    await lab.reset('lab1', 'lab4');
    deck = await patchdeckOn(lab);
    feed = await startFeedServer();
    policy = join(deck.stateDir, '..', 'policy.yaml');
    const kev = await readFile(
      new URL('../advisories/fixtures/kev-2025-08-25-excerpt.json', import.meta.url),
    );
    const fixedIn = (name: string, urgency: string) => ({
      releases: {
        bookworm: {status: 'resolved', fixed_version: version.get(`lab1 ${name}`), urgency},
        trixie: {status: 'resolved', fixed_version: version.get(`lab4 ${name}`), urgency},
      },
    });
    const nowhere = {status: 'open', urgency: 'low'};
    feed.answer((response, {url}) => {
      if (url === '/kev') response.end(kev);
      else if (url === '/epss') {
        const head = '#model_version:v1,score_date:2026-11-23T00:00:00Z\ncve,epss,percentile\n';
        response.end(`${head}${severe},${epss},0.95\n${exploited},0.6,0.97\n`);
      } else
        response.end(
          JSON.stringify({
            openssl: {[severe]: fixedIn('openssl', 'high')},
            'pdlab-web': {[exploited]: fixedIn('pdlab-web', 'medium')},
            expat: {[excepted]: fixedIn('libexpat1', 'high')},
            bash: {[unfixed]: {releases: {bookworm: nowhere, trixie: nowhere}}},
          }),
        );
    });
  });
  afterAll(() => feed.close());

  it('feeds of what the mirror really has close the ranks of real updates', async () => {
    expect((await deck.run('scan', 'lab1', 'lab4')).exit).toBe(0);
    for (const host of ['lab1', 'lab4']) {
      for (const name of ['openssl', 'libexpat1', 'pdlab-web']) {
        const {stdout} = await lab.shell(host, `apt-cache policy ${name}`);
        version.set(`${host} ${name}`, /Candidate: (\S+)/.exec(stdout)?.[1] ?? '');
      }
    }
    expect((await sync()).exit).toBe(0);
    const ranked = (await deck.run('plan')).result as unknown as {patches: Patch[]};
    const why = (source: string): string | undefined =>
      ranked.patches.find(({id}) => id.startsWith(`apt:${source}@`))?.why;
    expect(why('pdlab-web')).toContain(`exploited (${exploited}`);
    expect(why('openssl')).toMatch(/severity high.*EPSS 50 %/);
  });

  it('the same scans, feeds, policy and time give the same plan; other feeds another decision', async () => {
    await writeFile(
      policy,
      [
        'policy: lab',
        'select: {packages: [openssl, expat, pdlab-web]}',
        'actNow: {severity: high}',
        'effort: {maxHosts: 1}',
        'exceptions:',
        `  - {cve: ${excepted}, reason: not reachable, owner: kim, mitigation: firewall, expires: 2026-12-31}`,
        '',
      ].join('\n'),
    );
    const first = await byPolicy();
    const again = await byPolicy();
    const digests = ({result}: Answer): unknown[] => [
      result['decisionDigest'],
      (result['plan'] as {digest: string}).digest,
    ];
    expect(digests(again)).toEqual(digests(first));
    expect(verdictOf(first, 'expat')).toBe('excepted');
    expect(verdictOf(first, 'pdlab-web')).toBe('now');
    // One host is all the effort that is allowed: the other one is left, and that is no success.
    expect(first.result['plan']).toMatchObject({hosts: 1});
    expect(first.exit).toBe(3);
    expect(first.result['problems']).toContainEqual(
      expect.objectContaining({
        code: 'policy.over-effort',
        what: expect.stringContaining('is exploited') as string,
      }),
    );
    epss = '0.9';
    expect((await sync()).exit).toBe(0);
    expect(digests(await byPolicy())[0]).not.toBe(digests(first)[0]);
  });

  it('what was planned is tested and deployed, on the one host alone', async () => {
    const accept = ['--accept-no-rollback', 'lab1', '--accept-no-rollback', 'lab4'];
    expect((await deck.run('test', '--yes', ...accept, '--reason', 'lab')).exit).toBe(0);
    const deploy = await deck.run('deploy', '--yes', '--sign-off', 'tester', ...accept, '--reason', 'lab');
    expect(deploy.said).toContain('deploy: complete');
    const isDone = (await versionOn(lab, 'lab1', 'pdlab-web')) === '1.1';
    const [done, left] = isDone ? ['lab1', 'lab4'] : ['lab4', 'lab1'];
    expect(await versionOn(lab, done, 'pdlab-web')).toBe('1.1');
    expect(await versionOn(lab, done, 'openssl')).toBe(version.get(`${done} openssl`));
    expect(await versionOn(lab, left, 'pdlab-web')).toBe('1.0');
    const before = await Promise.all([severe, excepted].map(open));
    expect(before[0]).toContain('lab1');
    await deck.run('runs', 'close', '--reason', 'done');

    // A new scan and the same records: closed there, open on the other; what is excepted and what nobody fixed stay as they were.
    expect((await deck.run('scan', 'lab1', 'lab4', '--new')).exit).toBe(0);
    expect((await deck.run('plan')).exit).toBe(0);
    expect(await open(exploited)).toEqual([left]);
    expect(await open(severe)).toEqual(before[0]?.filter(host => host !== done));
    expect(await open(excepted)).toEqual(before[1]);
    expect(await open(unfixed)).toEqual(['lab1', 'lab4']);
  });

  it('only glances at a host of low risk, and plans nothing there before it was scanned whole', async () => {
    // Other files of the suite may have left it patched.
    await lab.reset('lab3');
    await writeFile(policy, 'policy: lab\nscan: {shallow: {criticality: medium, exposure: internal}}\n');
    const refreshed = async (): Promise<string> =>
      (await lab.shell('lab3', 'stat -c %Y /var/lib/apt/lists/partial')).stdout;
    const before = await refreshed();
    const glance = await deck.run('scan', 'lab3', '--new', '--policy', policy);
    expect(glance.exit).toBe(0);
    const summaryIn = ({lines}: Answer): unknown =>
      lines.find(({type}) => type === 'host.scanned')?.data?.['summary'];
    expect(summaryIn(glance)).toMatchObject({
      depth: 'shallow',
      limits: [expect.stringContaining('the package lists were not refreshed') as string],
    });
    expect(await refreshed()).toBe(before);
    const refused = await deck.run('plan', '--all');
    const chosen = refused.result['problems'];
    expect([refused.exit, chosen]).toEqual([4, [expect.objectContaining({code: 'plan.shallow'})]]);

    const whole = await deck.run('scan', 'lab3');
    expect(summaryIn(whole)).not.toHaveProperty('depth');
    expect(await refreshed()).not.toBe(before);
    expect((await deck.run('plan', '--package', 'pdlab-web')).result['plan']).toMatchObject({hosts: 1});
  });
});
