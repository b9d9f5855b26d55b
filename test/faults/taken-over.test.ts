import {cpSync} from 'node:fs';
import {appendFile, cp, readFile, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {expect, test} from 'vitest';
import {exportRun, importRun} from '../../src/store/archive.ts';
import {openRunOf} from '../../src/store/run-store.ts';
import {rejection} from '../store/example-run.ts';
import {drive, makeSmallRun, type SmallRun} from './small-run.ts';

/** A run that was tested by one console, and what is exported of it. */
const exported = async (world: SmallRun) => {
  const first = await world.open(undefined);
  await drive(first, 'test');
  const id = first.state().run?.run.id ?? '';
  const path = join(dirname(world.stateDir), 'run.patchdeck');
  await exportRun(world.stateDir, id, path, 'ana at bastion1');
  return {first, id, path, elsewhere: join(dirname(world.stateDir), 'elsewhere')};
};

test('another engineer on another machine takes the run over while the first console is alive: it ends there, and hosts refuse the first one', async () => {
  const world = await makeSmallRun();
  try {
    const {first, id, path, elsewhere} = await exported(world);
    expect(await importRun(elsewhere, path, 'operator bo')).toMatchObject({run: id, epoch: 2});
    const second = await world.open(id, {stateDir: elsewhere, operator: 'bo'});
    expect(second.state().notices.join(' ')).toContain('3 hosts are asked before anything of it is believed');
    await second.idle();
    expect([...(second.state().run?.hosts.values() ?? [])].map(record => record.epoch)).toEqual([2, 2, 2]);

    // The first console, which does not know of it, goes on: nothing of it is started on any host.
    const before = world.starts.size;
    await drive(first, 'deploy');
    const refusedHosts = [...(first.state().run?.hosts.values() ?? [])].filter(
      record => record.phase === 'failed',
    );
    expect(refusedHosts.length).toBeGreaterThan(0);
    expect(refusedHosts[0]?.troubles[0]).toMatchObject({code: 'run.taken-over'});
    expect(world.starts.size).toBe(before);
    await first.close();

    await drive(second, 'verify');
    expect(
      [...(second.state().run?.hosts.values() ?? [])].every(record => record.verified?.good === true),
    ).toBe(true);
    expect([...world.starts.values()].every(count => count === 1)).toBe(true);
    await second.close();
  } finally {
    await world.remove();
  }
});

test('a host at work when the run is exported is asked by the console that takes it over, and its job is followed, not started again', async () => {
  const world = await makeSmallRun();
  try {
    const first = await world.open(undefined);
    await drive(first, 'test');
    await first.submit({type: 'sign-off', stage: 'test', name: 'ana', reason: 'good'});
    const begun = new Promise<void>(resolve => {
      first.subscribe(({events}) => {
        if (events.some(event => event.type === 'job.started')) resolve();
      });
    });
    await first.submit({type: 'start', stage: 'deploy'});
    await begun;
    const id = first.state().run?.run.id ?? '';
    const path = join(dirname(world.stateDir), 'run.patchdeck');
    await exportRun(world.stateDir, id, path, 'ana at bastion1');
    await first.close();
    const elsewhere = join(dirname(world.stateDir), 'elsewhere');
    await importRun(elsewhere, path, 'operator bo');
    const second = await world.open(await openRunOf(elsewhere), {stateDir: elsewhere});
    await drive(second, 'verify');
    expect([...(second.state().run?.hosts.values() ?? [])].every(record => record.phase === 'done')).toBe(
      true,
    );
    expect([...world.starts.values()].every(count => count === 1)).toBe(true);
    await second.close();
  } finally {
    await world.remove();
  }
});

test('a host that was replaced by another machine before the run was taken over is unknown, whatever the archive says of it', async () => {
  const world = await makeSmallRun();
  try {
    const {first, id, path, elsewhere} = await exported(world);
    await first.close();
    Object.assign(world.hosts.get('cache1') ?? {}, {machineId: 'f'.repeat(32)});
    await importRun(elsewhere, path, 'operator bo');
    const second = await world.open(id, {stateDir: elsewhere});
    await second.idle();
    const record = second.state().run?.hosts.get('cache1');
    expect(record?.phase).toBe('unknown');
    expect(record?.troubles[0]).toMatchObject({code: 'host.replaced'});
    await second.close();
  } finally {
    await world.remove();
  }
});

test('an archive with any byte changed, cut short or of something else is refused, and nothing is written', async () => {
  const world = await makeSmallRun();
  try {
    const {first, path, elsewhere} = await exported(world);
    await first.close();
    const good = await readFile(path);
    for (const at of [0, 5, 20, 100, Math.floor(good.length / 2), good.length - 1]) {
      const bad = Buffer.from(good);
      bad.writeUInt8((bad[at] ?? 0) ^ 1, at);
      await writeFile(path, bad);
      expect(await rejection(importRun(elsewhere, path, 'operator bo'))).toMatchObject({
        code: 'archive.damaged',
      });
    }
    await writeFile(path, good.subarray(0, good.length - 100));
    expect(await rejection(importRun(elsewhere, path, 'operator bo'))).toMatchObject({
      code: 'archive.damaged',
    });
    await expect(readFile(elsewhere)).rejects.toThrow('ENOENT');
  } finally {
    await world.remove();
  }
});

test('a run that comes back is gone on with where the archive continues it, and refused where both went on by themselves', async () => {
  const world = await makeSmallRun();
  try {
    const {first, id, path, elsewhere} = await exported(world);
    await first.close();
    await cp(world.stateDir, `${world.stateDir}-copy`, {recursive: true});
    await importRun(elsewhere, path, 'operator bo');
    const second = await world.open(id, {stateDir: elsewhere});
    await drive(second, 'deploy');
    await second.close();
    const back = `${path}-back`;
    await exportRun(elsewhere, id, back, 'bo at laptop');
    expect(await importRun(world.stateDir, back, 'operator ana')).toMatchObject({epoch: 3});
    // The copy went on by itself.
    const other = `${world.stateDir}-copy`;
    const third = await world.open(id, {stateDir: other});
    await third.submit({type: 'pause', reason: 'by myself'});
    await third.close();
    expect(await rejection(importRun(other, back, 'operator ana'))).toMatchObject({code: 'import.diverged'});
    await appendFile(back, 'x');
  } finally {
    await world.remove();
  }
});

test('the first console ends a job, and forgets it on the host, after the run was exported: the other console finds it ended and starts it not again', async () => {
  const world = await makeSmallRun();
  try {
    const first = await world.open(undefined);
    await drive(first, 'plan');
    // The record as it is when the canary has just taken its first job.
    const copy = `${world.stateDir}-copy`;
    world.interfere = (host, verb, when) => {
      if (host !== 'web1' || verb !== 'job.start' || when !== 'after') return;
      world.interfere = () => undefined;
      cpSync(world.stateDir, copy, {recursive: true, filter: path => !path.endsWith('.sock')});
    };
    await drive(first, 'test');
    const id = first.state().run?.run.id ?? '';
    const path = join(dirname(world.stateDir), 'run.patchdeck');
    await exportRun(copy, id, path, 'ana at bastion1');
    expect([...world.hosts.values()].flatMap(host => [...host.jobs.keys()])).toEqual([]);
    await first.close();
    const elsewhere = join(dirname(world.stateDir), 'elsewhere');
    await importRun(elsewhere, path, 'operator bo');
    const second = await world.open(id, {stateDir: elsewhere});
    await second.idle();
    await second.submit({type: 'start', stage: 'test'});
    await second.idle();
    const jobs = [...(second.state().run?.hosts.values() ?? [])].flatMap(record => record.jobs);
    expect(jobs.filter(job => job.state !== 'ended')).toEqual([]);
    // What the first console did after the export is not in it: a host that it upgraded meanwhile is stopped before anything is changed.
    const canary = second.state().run?.hosts.get('web1');
    expect(canary?.troubles[0]).toMatchObject({code: 'host.drift'});
    expect([...world.starts.values()].every(count => count === 1)).toBe(true);
    await second.close();
  } finally {
    await world.remove();
  }
});
