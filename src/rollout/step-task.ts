import type {Step} from '../model/plan.ts';
import {hostDirectory} from '../jobs/host-directory.ts';
import type {HostRecord} from '../record/state.ts';
import {managerOn, type RunContext} from './context.ts';
import type {Manager} from '../managers/manager.ts';
import type {Task} from './run-job.ts';

/** One step of a plan on a host, with the manager that carries it out. */
export type PlannedStep = {
  host: string;
  planDigest: string;
  /** Counted from 0. */
  index: number;
  manager: Manager;
  changes: Step['changes'];
  /** Where its packages lie on the host. */
  directory: string;
  /** For sentences: nothing where a plan has one step, or `step 2 of 3 (dnf4): `. */
  label: string;
};

export const stepsOf = (
  context: RunContext,
  {host, steps}: {host: string; steps: readonly Step[]},
  planDigest: string,
): PlannedStep[] =>
  steps.map(({manager, changes}, index) => ({
    host,
    planDigest,
    index,
    manager: managerOn(context, host, manager),
    changes,
    directory: stagingDirectory(planDigest, index),
    label: steps.length === 1 ? '' : `step ${index + 1} of ${steps.length} (${manager}): `,
  }));

/** Whether a step was ever begun in its plan: as far as anybody knows, something of it may be there. */
export const wasBegun = ({jobs}: HostRecord, planDigest: string, index: number): boolean =>
  jobs.some(
    job =>
      job.kind === 'install' &&
      job.planDigest === planDigest &&
      (job.step ?? 0) === index &&
      job.outcome !== 'never-started' &&
      job.outcome !== 'refused',
  );

/** The job of one kind that a step has. */
export const taskOf = ({host, planDigest, index, manager}: PlannedStep, kind: Task['kind']): Task => ({
  host,
  kind,
  planDigest,
  step: index,
  progress: line => manager.progress(line),
  look: manager.words.look,
});

/** The first step lies where the plan of one step lay before there were several. */
const stagingDirectory = (planDigest: string, index: number): string =>
  `${hostDirectory}/stage/${planDigest.slice(0, 32)}${index === 0 ? '' : `-${index + 1}`}`;
