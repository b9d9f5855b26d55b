import {isChoosable} from '../src/model/package.ts';
import type {Patch} from '../src/model/patch.ts';
import {keep} from './keep.ts';
import type {ConsoleState} from './console-state.ts';
import {bytesWords} from './words.ts';

/** What installing the chosen patches would change, as ranked: locking the plan asks every host anew. */
export type WhatIf = {
  chosen: readonly Patch[];
  left: readonly Patch[];
  hosts: ReadonlySet<string>;
  installs: number;
  /** Hosts that reboot when they may: by a new kernel, as an advisory of a patch says, or as they wait for one already. */
  kernelOn: ReadonlySet<string>;
  advisedOn: ReadonlySet<string>;
  waiting: ReadonlySet<string>;
  /** `unsized`: packages of which it is not known how large they are. */
  download: {bytes: number; unsized: number};
  /** Vulnerabilities that none of what stays pending would have closed, and those that it would. */
  closed: ReadonlySet<string>;
  open: ReadonlySet<string>;
  /** Share of the sum of all scores that goes, 0 to 1: least and most, as what has no score may have any. undefined: nothing is scored. */
  risk: {least: number; most: number} | undefined;
};

const kept = keep<WhatIf>();

export const whatIf = (state: ConsoleState): WhatIf => {
  const patches = state.ranking?.value?.patches ?? [];
  const chosen = state.engine.run?.run.chosen ?? new Set<string>();
  return kept([patches, chosen, state.version], () => {
    const isChosen = (patch: Patch): boolean => chosen.has(patch.id);
    const records = state.engine.run?.hosts;
    return compute(
      patches.filter(isChosen),
      patches.filter(patch => !isChosen(patch)),
      host => records?.get(host)?.scan?.rebootWanted === true,
    );
  });
};

/** Hosts where the plan can take a patch, without those where something keeps it back that choosing does not override. */
export const hostsTaking = ({hosts, notInstalled}: Patch): string[] => {
  const not = new Set(notInstalled.filter(({why}) => !isChoosable(why)).map(({host}) => host));
  return hosts.filter(host => !not.has(host));
};

const compute = (
  chosen: readonly Patch[],
  left: readonly Patch[],
  waits: (host: string) => boolean,
): WhatIf => {
  const hosts = new Set(chosen.flatMap(hostsTaking));
  const open = new Set([
    ...left.flatMap(({cves}) => cves),
    // Kept back somewhere: it stays open there.
    ...chosen.filter(patch => hostsTaking(patch).length < patch.hosts.length).flatMap(({cves}) => cves),
  ]);
  const sum = (of: (patch: Patch) => number): number => chosen.reduce((total, patch) => total + of(patch), 0);
  return {
    chosen,
    left,
    hosts,
    installs: sum(patch => workOf(patch).installs),
    kernelOn: new Set(chosen.flatMap(patch => workOf(patch).kernelOn)),
    advisedOn: new Set(
      chosen
        .filter(({advisories = []}) => advisories.some(({reboot}) => reboot === true))
        .flatMap(hostsTaking),
    ),
    waiting: new Set([...hosts].filter(waits)),
    download: {bytes: sum(patch => workOf(patch).bytes), unsized: sum(patch => workOf(patch).unsized)},
    closed: new Set(chosen.flatMap(({cves}) => cves).filter(cve => !open.has(cve))),
    open,
    risk: riskOf(chosen, left),
  };
};

/** Hosts that reboot when they may, whyever. */
export const rebootsOf = ({kernelOn, advisedOn, waiting}: WhatIf): ReadonlySet<string> =>
  new Set([...kernelOn, ...advisedOn, ...waiting]);

/** Rankings of before said nothing of sizes and kernels: what they can say is the most there can be. */
const workOf = (patch: Patch): NonNullable<Patch['work']> => {
  if (patch.work !== undefined) return patch.work;
  const hosts = hostsTaking(patch);
  const installs = hosts.length * patch.packages.length;
  const isKernel = patch.packages.some(name => name.startsWith('linux-image-'));
  return {installs, bytes: 0, unsized: installs, kernelOn: isKernel ? hosts : []};
};

const riskOf = (chosen: readonly Patch[], left: readonly Patch[]): WhatIf['risk'] => {
  const scored = (patches: readonly Patch[]): number =>
    patches.reduce((sum, {score}) => sum + (score ?? 0), 0);
  const unscored = (patches: readonly Patch[]): number =>
    patches.filter(({score}) => score === null).length * 100;
  const goes = scored(chosen);
  const all = goes + scored(left);
  if (all === 0) return undefined;
  const mostGoes = goes + unscored(chosen);
  return {least: goes / (all + unscored(left)), most: mostGoes / (all + unscored(chosen))};
};

/** `64 %`; `51 to 70 %` where patches without a score may weigh anything. Never rounded up to all of it. */
export const riskWords = (risk: NonNullable<WhatIf['risk']>): string => {
  const percent = (share: number): number => Math.floor(100 * share + 1e-9);
  const [least, most] = [percent(risk.least), percent(risk.most)];
  return least === most ? `${least} %` : `${least} to ${most} %`;
};

/** `34.1 MB`, `at least 34.1 MB`, `unknown`. */
export const downloadWords = ({bytes, unsized}: WhatIf['download']): string => {
  if (unsized === 0) return bytesWords(bytes);
  return bytes === 0 ? 'unknown' : `at least ${bytesWords(bytes)}`;
};
