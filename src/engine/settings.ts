import type {Inventory} from '../model/host.ts';
import type {RolloutLimits} from '../rollout/context.ts';
import type {InventorySource} from './inventory-change.ts';
import type {SshSettings} from '../ssh/settings.ts';

/** Everything an engine is opened with. Plain data: it crosses to the worker. */
export type EngineSettings = {
  stateDir: string;
  /** Downloaded feeds. */
  cacheDir: string;
  /** Id of a run; undefined for one that `start identify` begins. */
  run: string | undefined;
  /** What a new run is made from, with the names that take part. */
  fleet: {inventory: Inventory; text: string; hosts: string[]; notices?: string[]} | undefined;
  /** For a run that is open: where its inventory is looked at again, to say whether it changed. */
  source?: InventorySource | undefined;
  mode: 'live' | 'demo';
  /** Who is at the console. */
  operator: string;
  ssh: SshSettings;
  limits: RolloutLimits;
  /** Known exploited vulnerabilities: a file, a URL, or neither. */
  kev: {file?: string; url?: string};
  /** Ranks as of this time, milliseconds since 1970, so that they can be made again; default: the clock. */
  rankedAt?: number | undefined;
  /** A file with the SSH key that signs where the journal stands; the public one of a key that the agent has will do. */
  signKey?: string | undefined;
};
