import type {HostRecord} from '../src/record/state.ts';
import {count} from './words.ts';

/** What a plan does on a host; with several managers their order, too: that is how it is undone, the last first. */
export const plannedWords = ({planned}: HostRecord): string => {
  const changes = count(planned?.changes ?? 0, 'package change');
  const managers = planned?.managers ?? [];
  return managers.length < 2
    ? changes
    : `${changes} in ${managers.length} steps: ${managers.join(', then ')}`;
};
