import type {RunContext} from '../rollout/context.ts';
import type {FleetStore} from '../store/fleet-store.ts';
import type {RunStore} from '../store/run-store.ts';
import type {Questions} from './questions.ts';
import type {EngineSettings} from './settings.ts';

/** What the commands of an operator work on: the open run and what goes with it. */
export type EngineCore = {
  readonly settings: EngineSettings;
  /** Undefined until a first scan has begun a run. */
  run(): {store: RunStore; context: RunContext; fleet: FleetStore} | undefined;
  /** Begins a new run. */
  begin(): Promise<{store: RunStore; context: RunContext; fleet: FleetStore}>;
  /** Goes on with work in the background; `idle` waits for it. An error of it is a failure of the engine, not of a host. */
  background(work: () => Promise<void>): void;
  readonly busy: boolean;
  /** What a command just begins, in words; no other begins anything meanwhile. */
  beginning: string | undefined;
  /** Resolves once everything that an earlier console left at work is taken up: what begins besides comes after. */
  takenUp: Promise<void>;
  resumed(): void;
  readonly questions: Questions;
  notice(text: string): void;
};
