/** One version of one package, and the hosts that have it. */
export type SoftwareFound = {name: string; version: string; source: string; hosts: string[]};

/**
 * Who has some software, as the last scans saw it, by name, and of one what most hosts have first. `left`: how many versions there are
 * beyond those listed; `have` of `asked` hosts that were looked at; `unknown`: hosts that were not scanned.
 */
export type SoftwareAnswer = {
  software: SoftwareFound[];
  left: number;
  have: number;
  asked: number;
  unknown: string[];
};
