import type {FindingState} from './advisory.ts';
import type {HoleOnHost} from './hole.ts';

/** Where a vulnerability stands, short enough for a cell of a table. */
export const stateWords: Readonly<Record<FindingState, string>> = {
  'fix-pending': 'an update closes it',
  'fix-elsewhere': 'fix not offered',
  'needs-subscription': 'fixed for subscribers',
  'not-booted': 'fixed, not booted',
  'no-fix-yet': 'no fix yet',
  undetermined: 'perhaps not affected',
  'end-of-life': 'no support, no fix',
};

/** The same of one host, with the version that has the fix and what keeps it back. */
export const holeWords = ({
  state,
  fixed,
  keptBack,
}: Pick<HoleOnHost, 'state' | 'fixed' | 'keptBack'>): string => {
  const kept = keptBack === undefined ? '' : `, kept back: ${keptBack.replaceAll('-', ' ')}`;
  if (fixed === null) return `${stateWords[state]}${kept}`;
  return state === 'fix-pending' ? `update to ${fixed}${kept}` : `${stateWords[state]} (fixed in ${fixed})`;
};
