import {readdir} from 'node:fs/promises';
import {expect, test} from 'vitest';
import {jsonLines, makePlace, resultOf} from './program.ts';

/** The issue's own bound for a whole run, in milliseconds. */
const bound = 60_000;

test(
  'demo --headless --json makes a whole run: it leaves out who is silent, undoes and blocks what regressed, and ends with 3 naming both',
  async () => {
    const place = await makePlace();
    try {
      const began = performance.now();
      const ended = await place.run('demo', '--headless', '--json');
      expect(performance.now() - began).toBeLessThan(bound);
      expect(ended.exit).toBe(3);

      const {problems, summary} = resultOf(ended);
      expect(summary).toBe('DEMO: 20 done; 22 of 22 hosts proven to be as planned');
      expect(problems.map(({host, code}) => `${host ?? ''} ${code}`)).toEqual([
        'mail1 host.left-out',
        ' version.blocked',
      ]);
      expect(problems[1]?.what).toContain('apt:php8.2@8.2.36-1~deb12u1 is blocked: web1: php8.2-fpm.service');

      const lines = jsonLines(ended);
      const told = (type: string): Record<string, unknown>[] =>
        lines.filter(line => line.type === type).map(line => line['data'] as Record<string, unknown>);
      expect(told('host.left-out')).toMatchObject([{host: 'mail1'}]);
      expect(told('host.attempt')).toMatchObject([{host: 'web1', why: 'rollback'}]);
      expect(told('version.blocked')).toMatchObject([{patch: 'apt:php8.2@8.2.36-1~deb12u1'}]);
      // Planned anew without it, and the plan is carried out: web1 too is upgraded in the end, a reboot and a lost connection on the way.
      expect(told('plan.locked').map(({revision}) => revision)).toEqual([1, 2]);
      expect(told('reboot.seen')).toContainEqual(expect.objectContaining({host: 'build1'}));
      const phases = told('host.phase').filter(({host}) => host === 'web1');
      expect(phases.map(({phase}) => phase)).toContain('rolled back');
      expect(phases.at(-1)).toMatchObject({phase: 'done'});
      expect(told('stage.ended').map(({stage, outcome}) => `${String(stage)} ${String(outcome)}`)).toEqual([
        'identify incomplete',
        'prioritize complete',
        'test incomplete',
        'test complete',
        'deploy complete',
        'verify complete',
      ]);
      expect(await readdir(place.tmp)).toEqual([]);
    } finally {
      await place.remove();
    }
  },
  2 * bound,
);
