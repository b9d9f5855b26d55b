import type {Change} from '../model/package.ts';
import type {Grade, StagedFile} from '../model/rollback.ts';

/** What is known about the way back before it is needed. */
export type Evidence = {
  changes: readonly Change[];
  previous: readonly StagedFile[];
  gone: readonly {name: string; version: string}[];
  /**
   * What the simulated way back would do differently, or why it was refused; `none` where its manager cannot rehearse it; undefined when it
   * is exactly the reverse.
   */
  simulationDiffers: {why: string} | 'none' | undefined;
  /** What may refuse the way back and no simulation sees. */
  refusals: readonly string[];
};

/**
 * full: every previous package is there as the archive built it, and the simulated way back is the exact reverse.
 * partial: one was packed anew from what is installed, the simulation differs, or something may refuse it. none: one cannot be had at all.
 */
export const gradeRollback = (evidence: Evidence): {grade: Grade; reasons: string[]} => {
  const gone = evidence.gone.map(item => `${item.name} ${item.version} is gone from cache and archive`);
  const lost = evidence.changes
    .filter(change => change.from !== null && !isKept(evidence, change))
    .map(change => `${change.name} ${change.from ?? ''} is not there as it was staged`);
  if (gone.length + lost.length > 0) return {grade: 'none', reasons: [...gone, ...lost]};
  const repacked = evidence.previous
    .filter(file => file.source === 'repacked')
    .map(
      file => `${file.name} ${file.version} was packed anew from the host: locally edited files are in it`,
    );
  const simulation =
    evidence.simulationDiffers === undefined
      ? []
      : evidence.simulationDiffers === 'none'
        ? ['the way back cannot be rehearsed']
        : [`the simulated way back differs: ${evidence.simulationDiffers.why}`];
  const reasons = [...repacked, ...simulation, ...evidence.refusals];
  if (reasons.length > 0) return {grade: 'partial', reasons};
  const sources = [...new Set(evidence.previous.map(file => file.source))].sort();
  const kept = evidence.previous.length;
  return {
    grade: 'full',
    reasons: [
      `${kept} previous package${kept === 1 ? '' : 's'} from ${sources.join(' and ') || 'nowhere: none is replaced'}`,
    ],
  };
};

/** A file that changed since it was staged is in neither list. */
const isKept = ({previous, gone}: Evidence, change: Change): boolean =>
  previous.some(
    ({name, arch, version}) => name === change.name && arch === change.arch && version === change.from,
  ) || gone.some(({name, version}) => name === change.name && version === change.from);
