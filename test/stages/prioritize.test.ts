import {describe, expect, it} from 'vitest';
import {rankingSchema, type Patch} from '../../src/model/patch.ts';
import {readDocument} from '../../src/rollout/context.ts';
import {prioritize} from '../../src/stages/prioritize.ts';
import {createWorld, linkFault, scanned, type World} from '../rollout/simulated-hosts.ts';

const hosts = {web1: {}, web2: {}, web3: {}};
const noFeeds = {kev: {missing: 'not kept'}, directory: '/none', feeds: [], damaged: []};
const none = '@@ missing\n\n@@ end\n';

/** Ranks the hosts of a world, which are scanned first; gives the patch of a source. */
const ranked = async (world: World, source: string): Promise<Patch> => {
  await scanned(world);
  await prioritize(world.context, {knowledge: noFeeds, blocked: new Map()});
  const {ranking} = world.context.state().run;
  const {patches} = await readDocument(world.context, ranking?.file ?? '', rankingSchema);
  const found = patches.find(patch => patch.source === source);
  if (found === undefined) throw new Error(`no patch of ${source}`);
  return found;
};
const asked = (world: World): string[] => world.asked.filter(line => line.endsWith(' apt.changelog'));

describe('the changelogs that ranks rest on', () => {
  it('are asked once per patch, on one of the hosts that have it', async () => {
    const world = createWorld(hosts);
    const patch = await ranked(world, 'openssl');
    expect(patch.hosts).toEqual(['web1', 'web2', 'web3']);
    expect(patch.cves).toContain('CVE-2026-84782');
    const {ranking} = world.context.state().run;
    expect(asked(world)).toEqual(Array(ranking?.count).fill('web1 apt.changelog'));
  });

  it('are read back to the oldest version that is installed anywhere', async () => {
    const newer = createWorld(hosts);
    const between = '3.0.22-1~deb12u1';
    for (const host of Object.keys(hosts)) {
      newer.on(host, 'apt.installed', answer => answer.replaceAll('3.0.20-1~deb12u2', between));
    }
    expect((await ranked(newer, 'openssl')).cves).not.toContain('CVE-2026-54874');

    const mixed = createWorld(hosts);
    for (const host of ['web1', 'web2']) {
      mixed.on(host, 'apt.installed', answer => answer.replaceAll('3.0.20-1~deb12u2', between));
    }
    expect((await ranked(mixed, 'openssl')).cves).toEqual(
      expect.arrayContaining(['CVE-2026-84782', 'CVE-2026-54874']),
    );
  });

  it('come from another package of the source where the first has none of its own', async () => {
    const world = createWorld({web1: {}});
    let asks = 0;
    // openssl itself is asked first, as openssh-server would be of which the documentation is a link.
    world.on('web1', 'apt.changelog', answer =>
      answer.includes('openssl (') && ++asks === 1 ? none : answer,
    );
    expect((await ranked(world, 'openssl')).cves).toContain('CVE-2026-84782');
    expect(asks).toBe(2);
  });

  it.each([
    ['has none to give', () => none],
    [
      'is away',
      () => {
        throw linkFault('ssh.timeout');
      },
    ],
  ])('come from another host where the first %s', async (_, answer) => {
    const world = createWorld(hosts);
    world.on('web1', 'apt.changelog', answer);
    expect((await ranked(world, 'openssl')).cves).toContain('CVE-2026-84782');
    expect(asked(world)).toContain('web2 apt.changelog');
  });

  it('that nobody can give are missing, which is no proof that nothing is fixed', async () => {
    const world = createWorld(hosts);
    for (const host of Object.keys(hosts)) world.on(host, 'apt.changelog', () => none);
    const patch = await ranked(world, 'openssl');
    expect(patch.cves).toEqual([]);
    expect(patch.missing.join()).toContain('its changelog could not be had');
  });
});
