import {describe, expect, it} from 'vitest';
import {createCollector} from '../../src/advisories/collect-packages.ts';
import {closedBy, match} from '../../src/advisories/match.ts';
import type {Advisory, Finding} from '../../src/model/advisory.ts';
import {debianHost, installed, matched} from './asked-of.ts';

const record = (id: string, stated: Partial<Advisory> = {}): Advisory => ({
  id,
  feed: 'osv',
  ecosystem: 'Debian:12',
  source: 'x',
  cves: [id],
  ranges: [{introduced: '0', fixed: '1.0-2'}],
  ...stated,
});
const open = [{introduced: '0'}];
const one = async (
  records: Advisory[],
  version = '1.0-1',
  newer: Record<string, string> = {},
): Promise<Finding[]> =>
  (await matched([debianHost('a', [installed('x', version)], newer)], records)).groups.flatMap(
    ({findings}) => findings,
  );
const stateOf = async (...given: Parameters<typeof one>): Promise<string[]> =>
  (await one(...given)).map(({state}) => state);
const cve = 'CVE-2026-1111';

describe('where a vulnerability stands', () => {
  it('the candidate has the fix', async () => {
    expect(await stateOf([record(cve)], '1.0-1', {x: '1.0-2'})).toEqual(['fix-pending']);
  });
  it('it is fixed, and the host is offered no version that has it', async () => {
    expect(await stateOf([record(cve)])).toEqual(['fix-elsewhere']);
    expect(await stateOf([record(cve)], '1.0-0', {x: '1.0-1'})).toEqual(['fix-elsewhere']);
  });
  it('nobody has fixed it yet, it is being looked into, or nobody will fix it', async () => {
    expect(await stateOf([record(cve, {ranges: open})], '1.0-1', {x: '1.0-2'})).toEqual(['no-fix-yet']);
    expect(await stateOf([record(cve, {ranges: open, undetermined: true})])).toEqual(['undetermined']);
    expect(await stateOf([record(cve, {ranges: open, unsupported: true})])).toEqual(['end-of-life']);
  });
  it('a record that was taken back says nothing', async () => {
    expect(await stateOf([record(cve, {withdrawn: '2026-01-02'})])).toEqual([]);
  });
  it('it came back after it had been fixed, and a candidate that has it again is no fix', async () => {
    const ranges = [
      {introduced: '0', fixed: '1.0-2'},
      {introduced: '1.2-1', fixed: '1.3-1'},
    ];
    expect(await one([record(cve, {ranges})], '1.2-1')).toMatchObject([{reintroduced: true, fixed: '1.3-1'}]);
    expect(await one([record(cve, {ranges})], '1.0-1')).toMatchObject([{fixed: '1.0-2'}]);
    expect(await stateOf([record(cve, {ranges})], '1.1-1')).toEqual([]);
    expect(await stateOf([record(cve, {ranges})], '1.0-1', {x: '1.2-1'})).toEqual(['fix-elsewhere']);
  });
  it('exactly the versions that a record lists', async () => {
    const listed = record(cve, {ranges: [], versions: ['1.0-1']});
    expect(await stateOf([listed])).toEqual(['no-fix-yet']);
    expect(await stateOf([listed], '1.0-0')).toEqual([]);
  });
});

describe('which record counts', () => {
  it("the distribution's tracker before others, and the best that any says of how bad it is", async () => {
    const tracker = record(cve, {feed: 'debian', ranges: [{introduced: '0', fixed: '1.0-1'}]});
    expect(await one([record('DSA-1-1', {cves: [cve]}), tracker])).toEqual([]);
    const vague = record(cve, {feed: 'debian'});
    expect(
      await one([record('DSA-1-1', {cves: [cve], severity: 'high', since: '2026-01-05'}), vague]),
    ).toMatchObject([{record: cve, severity: 'high', since: '2026-01-05'}]);
  });
  it('of two notices that count alike both: affected by one is affected, and the highest fix mends it', async () => {
    const first = record('USN-1-1', {cves: [cve, 'CVE-2026-9']});
    const second = record('USN-2-1', {
      cves: [cve, 'CVE-2026-9'],
      ranges: [{introduced: '0', fixed: '1.0-3'}],
    });
    for (const records of [
      [first, second],
      [second, first],
    ]) {
      expect(await one(records, '1.0-1', {x: '1.0-2'})).toMatchObject([
        {state: 'fix-elsewhere', fixed: '1.0-3'},
        {state: 'fix-elsewhere'},
      ]);
      expect(await stateOf(records, '1.0-2', {x: '1.0-3'})).toEqual(['fix-pending', 'fix-pending']);
      expect(await stateOf(records, '1.0-3')).toEqual([]);
    }
    const none = record('USN-3-1', {cves: [cve, 'CVE-2026-9'], ranges: open});
    expect(await stateOf([first, none], '1.0-1', {x: '1.0-2'})).toEqual(['no-fix-yet', 'no-fix-yet']);
  });
  it('none of another release or source', async () => {
    const records = [
      record(cve, {ecosystem: 'Debian:13'}),
      record('CVE-2026-2222', {source: 'y'}),
      record('CVE-2026-3333', {ranges: open}),
    ];
    expect((await one(records)).map(item => item.cve)).toEqual(['CVE-2026-3333']);
  });
  it('the source, whatever the binary package is called: liblzma5 is xz-utils', async () => {
    const scan = debianHost('a', [installed('liblzma5', '5.4.1-0.2', 'xz-utils', '5.4.1-0.2')]);
    const found = await matched(
      [scan],
      [record(cve, {source: 'xz-utils', ranges: [{introduced: '0', fixed: '5.4.1-1'}]})],
    );
    expect(found.groups).toMatchObject([{source: 'xz-utils', hosts: ['a']}]);
  });
});

describe('a subscription', () => {
  const os = {id: 'ubuntu', version: '22.04', codename: 'jammy', name: 'Ubuntu 22.04'};
  const base = record(cve, {ecosystem: 'Ubuntu:22.04', ranges: open});
  const paid = record(cve, {ecosystem: 'Ubuntu:Pro:22.04', ranges: [{introduced: '0', fixed: '1.0-1+esm1'}]});
  const ask = async (version: string, newer: Record<string, string> = {}): Promise<string[]> => {
    const scan = debianHost('a', [installed('x', version)], newer, {os});
    return (await matched([scan], [base, paid])).groups.flatMap(({findings}) =>
      findings.map(({state}) => state),
    );
  };
  it('has the only fix', async () => expect(await ask('1.0-1')).toEqual(['needs-subscription']));
  it('is there, and offers the fix', async () =>
    expect(await ask('1.0-1', {x: '1.0-1+esm1'})).toEqual(['fix-pending']));
  it('is there, and its fix is installed', async () => expect(await ask('1.0-1+esm1')).toEqual([]));
});

describe('kernels', () => {
  const kernels = [record(cve, {source: 'linux', ranges: [{introduced: '0', fixed: '6.1.153-1'}]})];
  const image = (abi: string, version: string): ReturnType<typeof installed> =>
    installed(`linux-image-6.1.0-${abi}-amd64`, version, 'linux-signed-amd64', version.replace('-', '+'));
  const ask = async (
    images: ReturnType<typeof installed>[],
    running: string,
    container: string | null = null,
  ) => {
    const kernel = {running: `6.1.0-${running}-amd64`, newest: null};
    const headers = installed('linux-libc-dev', '6.1.100-1', 'linux');
    const found = await matched([debianHost('a', [...images, headers], {}, {kernel, container})], kernels);
    return found.groups.flatMap(({findings}) => findings.map(({state}) => state));
  };
  const [old, fixed] = [image('39', '6.1.148-1'), image('40', '6.1.153-1')];
  it('the fixed one is installed and the old one runs', async () =>
    expect(await ask([old, fixed], '39')).toEqual(['not-booted']));
  it('the fixed one runs: the old one beside it does not count', async () =>
    expect(await ask([old, fixed], '40')).toEqual([]));
  it('only the old one is there', async () => expect(await ask([old], '39')).toEqual(['fix-elsewhere']));
  it('one that runs and is of no package of the distribution is said, with its host', async () => {
    const own = {running: '6.9.1-own', newest: null};
    const found = await matched(
      [
        debianHost('a', [old], {}, {kernel: own}),
        debianHost('b', [old], {}, {kernel: own, container: 'lxc'}),
      ],
      kernels,
    );
    expect(found.groups).toEqual([]);
    expect(found.unjudged).toEqual([
      {
        source: 'linux',
        version: '6.9.1-own',
        why: 'it runs, and is of no package of the distribution',
        hosts: ['a'],
      },
    ]);
  });
  it('in a container it is the machine below that matters', async () =>
    expect(await ask([old], '39', 'lxc')).toEqual([]));
});

describe('what is not known', () => {
  it('a release of which no feed has a record is named with its hosts, and so is a distribution that none covers', async () => {
    const os = {id: 'solus', version: '4', codename: '', name: 'Solus'};
    const scans = [
      debianHost('a', [installed('x', '1.0-1')]),
      debianHost('b', [installed('x', '1.0-1')], {}, {os}),
    ];
    const found = await matched(scans, [record(cve, {ecosystem: 'Debian:13'})]);
    expect(found.unknownReleases).toEqual([
      {ecosystem: 'Debian:12', hosts: ['a']},
      {ecosystem: 'Solus', hosts: ['b']},
    ]);
  });
  it("a third party's package is not judged by records of the distribution", async () => {
    const scan = debianHost('a', [installed('x', '9.0-1~vendor')], {x: '9.1-1~vendor'});
    const updates = scan.updates.map(each => ({
      ...each,
      notInstalled: 'third-party' as const,
      origin: 'Acme:stable',
    }));
    const found = await matched([{...scan, updates}], [record(cve, {ranges: open})]);
    expect(found.groups).toEqual([]);
    expect(found.uncovered).toEqual([{source: 'x', hosts: ['a']}]);
  });
  it('what another manager than that of the distribution has is not judged by its records', async () => {
    const scan = debianHost('a', [installed('x', '1.0-1')], {x: '1.0-2'});
    const manager = 'custom/shop';
    const others = {
      updates: scan.updates.map(each => ({...each, manager}) as const),
      installed: scan.installed.map(each => ({...each, manager}) as const),
    };
    const found = await matched([{...scan, ...others}], [record(cve, {ranges: open})]);
    expect(found).toMatchObject({groups: [], uncovered: [{source: 'x', hosts: ['a']}]});
    const both = await matched([scan, {...scan, ...others}], [record(cve)]);
    expect(closedBy(both, {manager: 'apt', source: 'x', version: '1.0-2'})).toHaveLength(1);
    expect(closedBy(both, {manager, source: 'x', version: '1.0-2'})).toEqual([]);
  });
  it("a third party's package that is as new as it gets is not judged by them either", async () => {
    const scan = debianHost('a', [installed('nginx', '1.27.0-1~bookworm'), installed('x', '1.0-1')]);
    const foreign = [{name: 'nginx', origin: 'nginx'}];
    const records = [record(cve, {source: 'nginx', ranges: open})];
    const found = await matched([{...scan, foreign}], records);
    expect(found.groups).toEqual([]);
    expect(found.uncovered).toEqual([{source: 'nginx', hosts: ['a']}]);
  });
  it("the distribution's package that a third party has a newer version of is judged, and that is no fix", async () => {
    const scan = debianHost('a', [installed('x', '1.0-1')], {x: '9.0-1~vendor'});
    const updates = scan.updates.map(each => ({...each, notInstalled: 'third-party' as const}));
    const found = await matched([{...scan, updates, foreign: []}], [record(cve)]);
    expect(found.groups.flatMap(({findings}) => findings)).toMatchObject([{state: 'fix-elsewhere'}]);
    expect(found.uncovered).toEqual([]);
  });
  it('what no archive has is not judged, and said', async () => {
    const scan = debianHost('a', [installed('x', '1.0-1'), installed('x-common', '1.0-1', 'x')]);
    const foreign = ['x', 'x-common'].map(name => ({name, origin: null}));
    const found = await matched([{...scan, foreign}], [record(cve)]);
    expect(found.groups).toEqual([]);
    expect(found.unjudged.filter(({source}) => source === 'x')).toEqual([
      {source: 'x', version: '1.0-1', why: 'no archive that the host knows has it', hosts: ['a']},
    ]);
  });
  it('what was removed and left its configuration is not there', async () => {
    const scan = debianHost('a', [{...installed('x', '1.0-1'), status: 'rc'}]);
    expect((await matched([scan], [record(cve)])).groups).toEqual([]);
  });
});

it('each package in one version with one candidate is judged once, on however many hosts it is', async () => {
  const pair = [installed('x', '1.0-1'), installed('x-common', '1.0-1', 'x'), installed('y', '2-1')];
  const scans = Array.from({length: 40}, (_, i) => debianHost(`h${i}`, pair, i < 20 ? {x: '1.0-2'} : {}));
  const collector = createCollector();
  for (const scan of scans) collector.add(scan);
  const looked: string[] = [];
  const records = new Map<string, readonly Advisory[]>([['Debian:12|x', [record(cve)]]]);
  const none = new Set<string>();
  const found = await match(collector.collected, {
    // Nothing is judged without its records.
    records: Object.assign(new Map(records), {
      get: (key: string) => {
        looked.push(key);
        return records.get(key);
      },
    }),
    ecosystems: new Set(['Debian:12']),
    newest: new Map(),
    partly: none,
    asked: none,
    used: [],
    damaged: [],
  });
  // x with and without a candidate, and y.
  expect(looked.sort()).toEqual(['Debian:12|x', 'Debian:12|x', 'Debian:12|y']);
  expect(found.judged).toBe(3);
  expect(found.groups.flatMap(({hosts}) => hosts)).toHaveLength(40);
});

describe('all together', () => {
  const scans = ['a', 'b', 'c'].map((name, i) =>
    debianHost(
      name,
      [installed('x', `1.0-${i}`), installed('x-common', `1.0-${i}`, 'x')],
      i === 0 ? {x: '1.0-2'} : {},
    ),
  );
  const records = [record(cve), record('CVE-2026-2222', {ranges: [{introduced: '0', fixed: '1.0-1'}]})];
  it('from an update to what it closes', async () => {
    const found = await matched(scans, records);
    expect(closedBy(found, {manager: 'apt', source: 'x', version: '1.0-2'}).map(item => item.cve)).toEqual([
      cve,
      'CVE-2026-2222',
    ]);
  });
  it('the same, in whatever order hosts answered', async () => {
    const plain = await matched(scans, records);
    const back = await matched([...scans].reverse(), [...records].reverse());
    expect(back.groups.map(group => [group.installed, group.hosts, group.findings])).toEqual(
      plain.groups.map(group => [group.installed, group.hosts, group.findings]),
    );
  });
});
