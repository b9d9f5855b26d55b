import type {ScanSummary} from '../model/scan.ts';
import type {Manager} from './manager.ts';

/** Those of these managers that are known from their documentation only, a sentence each; nothing where there is none. */
export const documentedOf = (managers: readonly Manager[]): Pick<ScanSummary, 'documented'> => {
  const documented = managers.flatMap(({id, proven}) =>
    proven.by === 'lab'
      ? []
      : [{manager: id, sentence: `${id} is known from its documentation only: ${proven.version}`}],
  );
  return documented.length === 0 ? {} : {documented};
};
