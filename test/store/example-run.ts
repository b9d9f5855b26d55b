import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Host} from '../../src/model/host.ts';
import type {Job} from '../../src/model/job.ts';
import type {Body} from '../../src/record/event.ts';

export const runId = '20261124-0233-1a2b';
export const operator = 'operator ana';

/** Works in a folder of its own, which is gone afterwards. */
export const inFolder = async (work: (folder: string) => Promise<void>): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'patchdeck-test-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
};

export const exampleHost = (name: string): Host => ({
  name,
  address: '192.0.2.1',
  become: 'sudo',
  groups: ['web'],
  canary: false,
  wave: 1,
  oneAtATime: [],
  tags: [],
  smoke: [],
});

export const started = (run = runId, fleet = 'shop-eu'): Body => ({
  type: 'run.started',
  data: {run, fleet, mode: 'live', inventory: '0'.repeat(64)},
});

export const included = (name: string): Body => ({type: 'host.included', data: {host: exampleHost(name)}});

export const phase = (host: string, note: string): Body => ({
  type: 'host.phase',
  data: {host, phase: 'locked', note},
});

/** A job id that is told from others by its number. */
export const jobId = (n: number): string => n.toString(16).padStart(32, '0');

export const intended = (n: number, host: string, kind: Job['kind'] = 'install'): Body => ({
  type: 'job.intended',
  data: {
    job: {id: jobId(n), host, kind, planDigest: 'p', bootId: 'boot-1', machineId: 'machine-1'},
  },
});

/** What a promise is rejected with; throws when it is not. */
export const rejection = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it was not rejected');
};

/** Waits for something to become true, for up to ten seconds. */
export const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`it never came true: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 10));
  }
};
