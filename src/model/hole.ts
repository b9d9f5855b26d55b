import type {FindingState, Severity} from './advisory.ts';
import type {NotInstalledClass} from './package.ts';

/** What a question about vulnerabilities is about. */
export type HoleQuestion = {cve: string} | {host: string};

/** One vulnerability of one package on one host. */
export type HoleOnHost = {
  host: string;
  cve: string;
  source: string;
  /** null: known from the update's changelog alone. */
  installed: string | null;
  state: FindingState;
  /** Version that has the fix; null: none does. */
  fixed: string | null;
  severity?: Severity;
  exploited: boolean;
  /** Why the update that closes it would not be installed there. */
  keptBack?: NotInstalledClass;
};

/** `unknown`: hosts of which nothing more can be said, as no records speak of them or they were not scanned. */
export type HoleAnswer = {holes: HoleOnHost[]; unknown: string[]};
