import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {expectRefusal} from '../../commands/refusal.ts';
import {oneHostForEach} from '../one-host.ts';

const here = oneHostForEach();
const {inside, run} = here;

describe('a password of sudo that is wrong', () => {
  it('is tried exactly once on the one host that wants it, as its own log says; the right one then works', async () => {
    const since = await inside('lab2', 'date +%s');
    const attempts = async (): Promise<string[]> => {
      const log = await inside(
        'lab2',
        `journalctl -q --no-pager -o cat --since=@${since} _COMM=sudo || true`,
      );
      return log.split('\n').filter(line => line.includes('authentication failure'));
    };
    const file = join(here.place.folder, 'password');
    await writeFile(file, 'wrong horse\n', {mode: 0o600});
    const ended = await run('scan', 'lab1', 'lab2', '--become-password-file', file);
    expectRefusal(ended, {
      exit: 3,
      code: 'become.wrong-password',
      host: 'lab2',
      says: [
        /sudo on lab2 refused the password, after one attempt; it is tried on no other host and nothing was done there/,
      ],
      next: /right password/,
    });
    expect(ended.stderr).toContain('ok lab1: ');
    expect(await attempts()).toHaveLength(1);
    await writeFile(file, `${here.lab.opsPassword}\n`);
    const right = await run('scan', 'lab2', '--become-password-file', file);
    expect(right.exit).toBe(0);
    expect(await attempts()).toHaveLength(1);
    expect(ended.stdout + ended.stderr + right.stdout + right.stderr).not.toMatch(/horse|lab-ops-password/);
  });
});
