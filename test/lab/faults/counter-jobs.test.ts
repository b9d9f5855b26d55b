import {spawn, type ChildProcess} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {fileURLToPath} from 'node:url';
import {setTimeout as delay} from 'node:timers/promises';
import {mkdtemp, readFile, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeAll, describe, expect, it} from 'vitest';
import {printBootIdentity, printMachineId} from '../../../src/jobs/boot-identity.ts';
import {pollJob} from '../../../src/jobs/job-scripts.ts';
import type {Job, JobState} from '../../../src/model/job.ts';
import {up, type Lab} from '../lab.ts';

const count = 200;

describe(`${count} jobs that count, offered in parallel by consoles that are killed`, () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await up({hosts: 4});
    await lab.reset('lab4');
  });

  const shell = async (command: string, input?: string): Promise<string> => {
    const {code, stdout, stderr} = await lab.shell('lab4', command, {
      timeoutMs: 120_000,
      ...(input === undefined ? {} : {input}),
    });
    if (code !== 0) throw new Error(`${command} ended with ${String(code)}: ${stderr}`);
    return stdout;
  };

  it(
    'each job id started at most once, whoever offered it how often, and of every one it is known what became of it',
    {timeout: 900_000},
    async () => {
      const bootId = (await shell(printBootIdentity)).trim();
      const machineId = (await shell(printMachineId)).trim();
      const jobs: Job[] = Array.from({length: count}, () => ({
        id: randomBytes(16).toString('hex'),
        host: 'lab4',
        kind: 'install',
        planDigest: 'f'.repeat(64),
        bootId,
        machineId,
      }));
      const folder = await mkdtemp(join(tmpdir(), 'patchdeck-counter-'));
      const list = join(folder, 'jobs.json');
      await writeFile(list, JSON.stringify(jobs));
      const offerer = fileURLToPath(new URL('./offer-jobs.ts', import.meta.url));
      const consoles = Array.from({length: 4}, (_, index) => ({
        said: join(folder, `said-${index}`),
        child: undefined as ChildProcess | undefined,
      }));
      const start = (console: (typeof consoles)[number], index: number): Promise<number | null> =>
        new Promise(resolve => {
          console.child = spawn(process.execPath, [offerer, lab.dir, list, console.said, String(index)], {
            stdio: ['ignore', 'ignore', 'inherit'],
          });
          console.child.once('exit', code => resolve(code));
        });
      // Each of four consoles offers all the jobs; each is killed four times at a random moment and begun again, the last time to its end.
      await Promise.all(
        consoles.map(async (console, index) => {
          for (let round = 0; round < 4; round++) {
            const ended = start(console, index + round * 10);
            await Promise.race([ended, delay(2000 + Math.random() * 6000)]);
            console.child?.kill('SIGKILL');
            await ended;
          }
          expect(await start(console, index + 40)).toBe(0);
        }),
      );

      const answers = (await Promise.all(consoles.map(({said}) => readFile(said, 'utf8'))))
        .join('')
        .trim()
        .split('\n');
      const started = answers.filter(line => line.startsWith('started '));
      expect(new Set(started).size).toBe(started.length);
      const states: JobState['state'][] = [];
      for (const job of jobs) {
        const raw = await shell('/bin/sh -s', pollJob.script({job, offset: 0}).text);
        states.push(pollJob.parse(Buffer.from(raw)).state.state);
      }
      expect([...new Set(states)]).toEqual(['ended']);
      const counted = (await shell('cat /root/counted')).trim().split('\n');
      expect(new Set(counted).size).toBe(counted.length);
      // Those that found another one at work ended with that, and counted nothing.
      const busy = Number(
        (await shell('cat /var/lib/patchdeck/jobs/*/rc | grep -c "^75 *$" || true')).trim(),
      );
      expect(counted.length + busy).toBe(count);
      expect(counted.length).toBeGreaterThan(10);
    },
  );
});
