import {expect, it} from 'vitest';
import {versionOn} from '../run-patchdeck.ts';
import {installing, threeHostsForEach} from '../three-hosts.ts';

const here = threeHostsForEach();

it('a network cut in the middle of an upgrade: the host finishes by itself and is found done', async () => {
  await here.readyWithSlow(10);
  const deploy = here.deck.start('deploy', '--yes');
  await deploy.line(installing('lab3'));
  await here.lab.cut('lab3');
  // It finishes while nobody can reach it.
  await expect
    .poll(() => versionOn(here.lab, 'lab3', 'pdlab-slow'), {timeout: 60_000, interval: 1000})
    .toBe('2.0');
  await here.lab.heal('lab3');
  const answer = await deploy.ended;
  expect(answer.exit).toBe(0);
  const phases = answer.lines.filter(line => line.type === 'host.phase' && line.data?.['host'] === 'lab3');
  expect(phases.at(-1)?.data?.['phase']).toBe('done');
});
