import type {Facts} from '../model/facts.ts';
import {releases, type Release} from './releases.ts';

/** What is known of a host's release. `ends` is when fixes for everybody end or ended. */
export type Support =
  | {state: 'supported' | 'limited' | 'ended'; ends: string; sentence: string}
  | {state: 'unknown'; sentence: string};

/**
 * Whether a release still gets security fixes on a day (milliseconds since 1970). `limited`: only what follows its full support, as
 * Debian's LTS. What is not in the table is unknown: it never counts as supported.
 */
export const supportOf = (os: Facts['os'], now: number): Support => {
  const release = releaseOf(os);
  const name = os.version === '' ? os.name : `${os.id} ${os.version}`;
  if (release === undefined)
    return {state: 'unknown', sentence: `until when ${name} is supported is not known`};
  const today = new Date(now).toISOString().slice(0, 10);
  const {ends, free, paid} = release;
  if (today <= ends) return {state: 'supported', ends, sentence: `${name} is supported until ${ends}`};
  if (free !== undefined && today <= free.ends) {
    return {
      state: 'limited',
      ends: free.ends,
      sentence: `${name} has had ${free.what} only since ${ends}; that ends ${free.ends}`,
    };
  }
  const last = free?.ends ?? ends;
  const more =
    paid === undefined || today > paid.ends
      ? ''
      : `; ${paid.what}, which is paid for, goes on until ${paid.ends}`;
  return {state: 'ended', ends: last, sentence: `${name} has had no security support since ${last}${more}`};
};

/** As the release calls itself in os-release: RHEL and its kin count by major version, SUSE by service pack, Alpine by branch. */
const releaseOf = ({id, version, name}: Facts['os']): Release | undefined => {
  const [major = '', minor = '0'] = version.split('.');
  // CentOS Linux and CentOS Stream have one id, and their own ends.
  const known = releases[id === 'centos' && /stream/i.test(name) ? 'centos-stream' : id];
  return [version, `${major}.${minor}`, major]
    .map(called => known?.[called])
    .find(each => each !== undefined);
};
