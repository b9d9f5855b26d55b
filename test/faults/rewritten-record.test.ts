import {execFileSync} from 'node:child_process';
import {readFile, rm, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {hashOf} from '../../src/store/journal-lines.ts';
import {verifyRun} from '../../src/store/verify-run.ts';
import {drive, makeSmallRun, type SmallRun} from './small-run.ts';

describe('the record of a run', () => {
  let world: SmallRun;
  let id = '';
  let run = '';
  let allowed = '';

  beforeEach(async () => {
    world = await makeSmallRun();
    const folder = dirname(world.stateDir);
    const key = join(folder, 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'ana', '-f', key]);
    allowed = join(folder, 'allowed');
    await writeFile(allowed, `ana@shop.example ${await readFile(`${key}.pub`, 'utf8')}`);
    const engine = await world.open(undefined, {signKey: key});
    await drive(engine, 'deploy');
    expect(engine.state().notices.join()).not.toContain('sign');
    id = engine.state().run?.run.id ?? '';
    run = join(world.stateDir, 'runs', id);
    await engine.close();
  });
  afterEach(() => world.remove());

  const lines = async (): Promise<string[]> =>
    (await readFile(join(run, 'journal.jsonl'), 'utf8')).trimEnd().split('\n');
  const write = async (changed: readonly string[]): Promise<void> => {
    await rm(join(run, 'snapshot.json'), {force: true});
    await writeFile(join(run, 'journal.jsonl'), `${changed.join('\n')}\n`, {mode: 0o600});
  };
  /** Every line chained anew to the one before, as somebody would who wants the change not to be seen. */
  const rehashed = (changed: readonly string[]): string[] => {
    let hash = '0'.repeat(64);
    return changed.map((line, index) => {
      const next = line.replace(
        /"seq":\d+,"prevHash":"[0-9a-f]{64}"/,
        `"seq":${index + 1},"prevHash":"${hash}"`,
      );
      hash = hashOf(new TextEncoder().encode(next));
      return next;
    });
  };

  test('is said to be intact, with who signed it', async () => {
    expect(await verifyRun(world.stateDir, id, {allowed})).toMatchObject({
      broken: [],
      heads: 4,
      signed: 4,
      signers: [expect.stringContaining('ana@shop.example') as string],
    });
  });

  test('with one byte changed is broken, and the line is named', async () => {
    const changed = await lines();
    changed[20] = (changed[20] ?? '').replace('"actor":"engine"', '"actor":"enginE"');
    await write(changed);
    const {broken} = await verifyRun(world.stateDir, id);
    expect(broken[0]).toBe('the chain breaks: line 22 does not follow the one before it');
  });

  test('that was changed and hashed anew is whole in itself, and found out by its signed heads', async () => {
    await write(rehashed((await lines()).map(line => line.replaceAll('"operator ana"', '"operator eve"'))));
    const {broken} = await verifyRun(world.stateDir, id, {allowed});
    expect(broken[0]).toContain('events up to there were changed and hashed anew');
    expect(broken.join()).not.toContain('the chain breaks');
  });

  test('that was changed and hashed anew, its heads too, is found out by their signatures', async () => {
    const changed = rehashed(
      (await lines()).map(line => line.replaceAll('"operator ana"', '"operator eve"')),
    );
    await write(changed);
    const path = join(run, 'heads.jsonl');
    const heads = (await readFile(path, 'utf8'))
      .trimEnd()
      .split('\n')
      .map(line => {
        const head = JSON.parse(line) as {seq: number; hash: string};
        return JSON.stringify({...head, hash: hashOf(new TextEncoder().encode(changed[head.seq - 1] ?? ''))});
      });
    await writeFile(path, `${heads.join('\n')}\n`, {mode: 0o600});
    const {broken, signed} = await verifyRun(world.stateDir, id, {allowed});
    expect(signed).toBe(0);
    expect(broken[0]).toContain('has no good signature');
  });

  test('that was changed and hashed anew, its signed heads replaced by unsigned ones or thrown away, is found out where it is known who signs', async () => {
    const changed = rehashed(
      (await lines()).map(line => line.replaceAll('"operator ana"', '"operator eve"')),
    );
    await write(changed);
    const path = join(run, 'heads.jsonl');
    const heads = (await readFile(path, 'utf8'))
      .trimEnd()
      .split('\n')
      .map(line => {
        const head = JSON.parse(line) as {seq: number};
        const hash = hashOf(new TextEncoder().encode(changed[head.seq - 1] ?? ''));
        return JSON.stringify({...head, hash, signature: undefined});
      });
    await writeFile(path, `${heads.join('\n')}\n`, {mode: 0o600});
    const replaced = await verifyRun(world.stateDir, id, {allowed});
    expect(replaced.broken).toHaveLength(4);
    expect(replaced.broken[0]).toMatch(/^the end of identify on 2026.* has no signed head/);
    await rm(path);
    expect((await verifyRun(world.stateDir, id, {allowed})).broken).toEqual(replaced.broken);
    expect((await verifyRun(world.stateDir, id)).broken).toEqual([]);
  });

  test('that was changed and hashed anew, its heads thrown away, is found out by what hosts have in their syslog', async () => {
    await write(rehashed((await lines()).map(line => line.replaceAll('"operator ana"', '"operator eve"'))));
    await rm(join(run, 'heads.jsonl'));
    const seen = [...world.hosts].flatMap(([where, host]) =>
      host.syslog.map(line => {
        const [, , , seq = '', , hash = ''] = line.split(' ');
        return {where, seq: Number(seq), hash};
      }),
    );
    expect(seen.length).toBe(6);
    const {broken} = await verifyRun(world.stateDir, id, {seen});
    expect(broken).toHaveLength(6);
    expect(broken[0]).toContain('in its syslog');
  });

  test('that was cut at its end is found out by a head of an event that is not there', async () => {
    await write((await lines()).slice(0, 30));
    const {broken} = await verifyRun(world.stateDir, id);
    expect(broken.join()).toContain('is of an event that is not there any more');
  });

  test('signed by a key that is not allowed is said to be', async () => {
    await writeFile(allowed, '');
    const {broken} = await verifyRun(world.stateDir, id, {allowed});
    expect(broken[0]).toContain('is not among the allowed signers');
  });
});
