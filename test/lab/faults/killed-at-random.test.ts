import {setTimeout as delay} from 'node:timers/promises';
import {beforeAll, describe, expect, it} from 'vitest';
import {up, type Lab} from '../lab.ts';
import {patchdeckOn, versionOn, type Patchdeck} from '../run-patchdeck.ts';

/** Kills altogether; the lab suite may be asked for more. */
const kills = Number(process.env['PATCHDECK_KILLS'] ?? 25);

/** The same numbers for the same seed: a failure can be had again. */
const randomFrom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
};

describe(`kill -9 of the console at ${kills} random moments of the work on a real host`, () => {
  let lab: Lab;
  let deck: Patchdeck;

  beforeAll(async () => {
    lab = await up({hosts: 4});
    await lab.reset('lab4');
    await lab.install('lab4', 'pdlab-slow=1.0');
    await lab.shell('lab4', 'echo 3 > /etc/pdlab-slow-seconds; apt-get -q update');
    deck = await patchdeckOn(lab);
  });

  it(
    'after every kill the same command goes on; all of it ends as if nothing had been, and no job ran twice',
    {timeout: 1_200_000},
    async () => {
      const seed = Number(process.env['PATCHDECK_SEED'] ?? Date.now() % 100_000);
      const random = randomFrom(seed);
      let left = kills;
      let landed = 0;
      /** Gives a command again and again, killing it, until it came to its end. */
      const through = async (...args: string[]): Promise<void> => {
        for (;;) {
          const running = deck.start(...args);
          const moment = left > 0 ? 300 + random() * 7000 : 120_000;
          const timer = new AbortController();
          const ended = await Promise.race([
            running.ended,
            delay(moment, undefined, {signal: timer.signal}).catch(() => undefined),
          ]);
          timer.abort();
          if (ended !== undefined) {
            if (ended.exit === 0) return;
            throw new Error(
              `${args.join(' ')} ended with ${String(ended.exit)} (seed ${seed}): ${ended.said}`,
            );
          }
          left -= 1;
          landed += 1;
          running.child.kill('SIGKILL');
          await running.ended;
        }
      };
      for (let round = 0; left > 0 || round === 0; round++) {
        await through('scan', 'lab4', ...(round === 0 ? [] : ['--new']));
        await through('plan', '--package', 'pdlab-slow', '--package', 'pdlab-web');
        await through('test', '--yes', '--sign-off', 'tester', '--reason', 'good');
        await through('deploy', '--yes');
        expect(await versionOn(lab, 'lab4', 'pdlab-slow')).toBe('2.0');
        await through('verify');
        // Rolled back once; given again after a kill it may be said to be done already.
        await through('rollback', 'lab4', '--yes').catch((error: unknown) => {
          if (!String(error).includes('is rolled back already')) throw error;
        });
        expect(await versionOn(lab, 'lab4', 'pdlab-slow')).toBe('1.0');
        expect((await lab.shell('lab4', 'dpkg --audit')).stdout).toBe('');
        await deck.run('runs', 'close', '--reason', 'round over');
      }
      expect(landed).toBe(kills);
      const {stdout: twice} = await lab.shell(
        'lab4',
        'journalctl -q --no-pager | grep -o "Started patchdeck-[0-9a-f]\\{32\\}" | sort | uniq -d',
      );
      expect(twice).toBe('');
      const {stdout: left4} = await lab.shell(
        'lab4',
        'ls /var/lib/patchdeck/jobs; systemctl list-units --no-legend "patchdeck-*"',
      );
      expect(left4.trim()).toBe('');
    },
  );
});
