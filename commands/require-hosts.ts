import {PatchdeckError} from '../src/model/error.ts';
import type {HostRecord} from '../src/record/state.ts';

/** Of the hosts that were named, those among `records`. Throws `hosts.none` when there is none: nothing done must not look like done. */
export const requireHosts = (
  named: readonly string[],
  records: readonly HostRecord[],
  membership: string,
): HostRecord[] => {
  const meant = records.filter(({host}) => named.includes(host.name));
  if (meant.length > 0) return meant;
  const shown = named.slice(0, 5).join(', ') + (named.length > 5 ? ` and ${named.length - 5} more` : '');
  throw new PatchdeckError(
    'input',
    'hosts.none',
    `${shown}: ${named.length === 1 ? 'it is not' : 'none of them is'} ${membership}; nothing was done`,
    'see `patchdeck report` for what is planned, and name other hosts',
  );
};
