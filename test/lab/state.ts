import {readFile, rename, writeFile} from 'node:fs/promises';
import {z} from 'zod';
import {PatchdeckError} from '../../src/model/error.ts';
import type {LabPaths} from './paths.ts';
import {processSchema} from './processes.ts';
import {releaseSchema} from './releases.ts';

const hostSchema = z.object({
  number: z.int().min(1).max(250),
  release: releaseSchema,
  /** The process that keeps the host booted; it ends when the host is powered off. */
  keeper: processSchema.optional(),
  /** The layer it was booted with: another one now means that the lab's code has changed since. */
  layer: z.string().optional(),
});
export type HostRecord = z.infer<typeof hostSchema>;

const stateSchema = z.object({
  v: z.literal(1),
  hosts: z.array(hostSchema),
  mirror: processSchema.extend({addresses: z.array(z.string())}).optional(),
});
export type LabState = z.infer<typeof stateSchema>;

/** What the lab in this folder has started. Throws `lab.state` for a file that is not ours. */
export const readState = async (paths: LabPaths): Promise<LabState> => {
  const text = await readFile(paths.state, 'utf8').catch(() => undefined);
  if (text === undefined) return {v: 1, hosts: []};
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new PatchdeckError(
      'outside',
      'lab.state',
      `${paths.state} is not the state of a lab. Nothing was done.`,
      'Look at it; if no lab is running (ip netns list), remove it.',
      {cause},
    );
  }
};

export const writeState = async (paths: LabPaths, state: LabState): Promise<void> => {
  await writeFile(`${paths.state}.next`, `${JSON.stringify(state, null, 2)}\n`, {mode: 0o644});
  await rename(`${paths.state}.next`, paths.state);
};
