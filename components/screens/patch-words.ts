import {parsePatchId, type Patch} from '../../src/model/patch.ts';
import type {RepositoryAdvisory} from '../../src/model/repository-advisory.ts';
import type {ConsoleState} from '../console-state.ts';
import type {Status} from './status.ts';

/** What a patch is about, worst first: exploited, a security fix, what may be one, or another update. */
export const patchStatus = (patch: Patch): Status => {
  if (patch.exploited.length > 0) return {glyph: 'warn', word: 'kev', tone: 'bad'};
  if (patch.security) return {glyph: 'up', word: 'sec', tone: 'warn'};
  if (patch.security === null) return {glyph: 'up', word: '?', tone: 'warn'};
  return {glyph: 'idle', word: '-', tone: 'quiet'};
};

/** `held on 2 hosts, phased on 1` */
export const notInstalledWords = (patch: Patch): string => {
  const classes = new Map<string, number>();
  for (const item of patch.notInstalled) classes.set(item.why, (classes.get(item.why) ?? 0) + 1);
  return [...classes].map(([why, hosts]) => `${why.replaceAll('-', ' ')} on ${hosts}`).join(', ');
};

/** Of the hosts of a patch: how many face the internet, how many are critical, as the inventory states it. */
export const reachOf = (patch: Patch, state: ConsoleState): {internet: number; critical: number} => {
  const records = patch.hosts.flatMap(name => state.engine.run?.hosts.get(name) ?? []);
  return {
    internet: records.filter(record => record.host.exposure === 'internet').length,
    critical: records.filter(record => record.host.criticality === 'critical').length,
  };
};

/** `RHSA-2026:1234 (high), wants a reboot` */
export const advisoryWords = ({id, severity, reboot}: RepositoryAdvisory): string =>
  `${id}${severity === undefined ? '' : ` (${severity})`}${reboot === true ? ', wants a reboot' : ''}`;

/** `openssl 3.0.17-1~deb12u2` from its id. */
export const patchName = (id: string): string => {
  const patch = parsePatchId(id);
  return patch === undefined ? id : `${patch.source} ${patch.version}`;
};

/** `41 %`, `0.3 %`: a share from 0 to 1. */
export const percentWord = (share: number): string =>
  `${share >= 0.1 ? Math.round(share * 100) : (share * 100).toFixed(1)} %`;
