import {spawn} from 'node:child_process';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {Outcome} from './differential/outcome.ts';
import {rows, type Deliberate, type Row} from './differential/rows.ts';

type Outcomes = {row: string; openssh: Outcome; forced: Outcome; chosen: Outcome};

const program = fileURLToPath(new URL('differential/run.ts', import.meta.url));
const found = new Map<string, Outcomes>();
let folder: string;
let said = '';

/** Both sides see names, accounts and sshds of their own there, and nobody else sees those. */
const runAll = (): Promise<number | null> =>
  new Promise((resolve, reject) => {
    const child = spawn(
      'unshare',
      ['--mount', '--net', '--propagation', 'private', process.execPath, program, folder],
      // Where ssh looks for its home is in passwd, not here.
      {stdio: ['ignore', 'pipe', 'pipe'], env: {...process.env, HOME: '/nowhere'}},
    );
    let rest = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const outcomes = JSON.parse(line) as Outcomes;
        found.set(outcomes.row, outcomes);
      }
    });
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.once('error', reject);
    child.once('close', resolve);
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patchdeck-differential-'));
  expect(await runAll(), said).toBe(0);
}, 240_000);
afterAll(() => rm(folder, {recursive: true, force: true}));

/** What has to be the same. Of a way that ended before the target only so far as OpenSSH came. */
const compared = ({hops, fingerprint, verdict}: Outcome, length: number): unknown => ({
  verdict,
  fingerprint,
  hops: verdict === 'in' ? hops : hops.slice(0, length),
});

const expected = (openssh: Outcome, deliberate: Deliberate | undefined): unknown =>
  compared(
    deliberate === undefined ? openssh : {...openssh, verdict: deliberate.verdict, fingerprint: undefined},
    openssh.hops.length,
  );

const of = (row: Row): Outcomes => {
  const outcomes = found.get(row.name);
  if (outcomes === undefined) throw new Error(`nothing was said of this row: ${said}`);
  return outcomes;
};

describe("patchdeck and OpenSSH's own client agree about", () => {
  it('enough rows, each with a name of its own, of which many are let in and many are not', () => {
    expect(rows.length).toBeGreaterThanOrEqual(60);
    expect(new Set(rows.map(({name}) => name)).size).toBe(rows.length);
    const verdicts = [...found.values()].map(({openssh}) => openssh.verdict);
    expect(verdicts.filter(verdict => verdict === 'in').length).toBeGreaterThan(30);
    expect(verdicts).not.toContain('other');
  });

  it.each(rows)('$name, by the transport that is chosen', row => {
    const {openssh, chosen} = of(row);
    expect(compared(chosen, openssh.hops.length), `${chosen.said}\n${openssh.said}`).toEqual(
      expected(openssh, row.deliberate),
    );
  });

  it.each(rows)('$name, by ssh2 alone, unless it says that it cannot', row => {
    const {openssh, forced, chosen} = of(row);
    if (forced.verdict === 'needs more than ssh2') {
      // Then the other one carried it, or was the one to fail.
      expect(chosen.by ?? 'system').toBe('system');
      return;
    }
    expect(compared(forced, openssh.hops.length), `${forced.said}\n${openssh.said}`).toEqual(
      expected(openssh, row.deliberateForced ?? row.deliberate),
    );
  });
});
