import {describe, expect, it} from 'vitest';
import {resultOf} from '../../commands/program.ts';
import {expectFitForPeople, expectRefusal} from '../../commands/refusal.ts';
import {oneHostForEach} from '../one-host.ts';
import {versionOn} from '../run-patchdeck.ts';

const here = oneHostForEach();
const {done, inside, planned, run} = here;

describe('no space on a host', () => {
  it('where packages are unpacked: said which file system, how much there is and how much is needed; nothing is changed', async () => {
    await planned('nginx');
    const old = await versionOn(here.lab, 'lab4', 'nginx');
    await inside(
      'lab4',
      // Room for apt's own caches, and for no package.
      'mount -t tmpfs -o size=4m tmpfs /var/cache/apt && mkdir -p /var/cache/apt/archives/partial',
    );
    expectRefusal(await run('test', '--yes'), {
      exit: 3,
      code: 'host.not-ready',
      host: 'lab4',
      says: [/\/var\/cache\/apt has \d MB free, \d+ MB are needed; nothing was changed/],
      next: /mend it on the host, then test again/,
    });
    expect(await versionOn(here.lab, 'lab4', 'nginx')).toBe(old);
  });

  // The disk is full when the job is to be written, while it downloads, and when all is staged and the install begins.
  it.each(['24k', '36k', '52k'])(
    'that runs out on the way (%s below /var/lib/patchdeck): the disk is named, nothing is changed, and with room it goes on',
    async size => {
      await planned('pdlab-web');
      await inside(
        'lab4',
        `mkdir -p /var/lib/patchdeck && mount -t tmpfs -o size=${size},mode=0700 tmpfs /var/lib/patchdeck`,
      );
      const ended = await run('test', '--yes');
      expectFitForPeople(ended);
      const [problem] = resultOf(ended).problems;
      expect([ended.exit, problem?.host]).toEqual([3, 'lab4']);
      expect(problem?.what).toMatch(
        /(is its disk full\?|\/var\/lib\/patchdeck has \d MB free, \d MB are needed); nothing was changed/,
      );
      expect(await versionOn(here.lab, 'lab4', 'pdlab-web')).toBe('1.0');
      expect(await inside('lab4', 'dpkg --audit')).toBe('');
      await inside('lab4', 'mount -o remount,size=64m /var/lib/patchdeck');
      await done('test', '--yes', '--retry');
      expect(await versionOn(here.lab, 'lab4', 'pdlab-web')).toBe('1.1');
    },
  );
});
