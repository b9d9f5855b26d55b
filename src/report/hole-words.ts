import type {FindingState, HoleOnHost} from '../model/advisory.ts';

const stateWords: Readonly<Record<FindingState, string>> = {
  'fix-pending': 'an update closes it',
  'fix-elsewhere': 'fixed, but the host is offered no version that has it',
  'needs-subscription': 'fixed for those with a subscription',
  'not-booted': 'the fixed kernel is installed: boot it',
  'no-fix-yet': 'no fix yet',
  undetermined: 'perhaps not affected',
  'end-of-life': 'no support: no fix will come',
};

/** Where a vulnerability of a host stands, in words. */
export const holeWords = ({
  state,
  fixed,
  keptBack,
}: Pick<HoleOnHost, 'state' | 'fixed' | 'keptBack'>): string => {
  const version = fixed === null ? '' : ` (fixed in ${fixed})`;
  const kept = keptBack === undefined ? '' : `, but it is kept back: ${keptBack.replaceAll('-', ' ')}`;
  return `${stateWords[state]}${version}${kept}`;
};
