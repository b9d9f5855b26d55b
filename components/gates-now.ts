import type {StageName} from '../src/model/phase.ts';
import {gate, type Refusal} from '../src/record/gates.ts';
import type {ConsoleState} from './console-state.ts';
import {keep} from './keep.ts';

/** What keeps a stage from starting now, said with the keys of the console; undefined when its gate is open. */
export const gateNow = (state: ConsoleState, stage: StageName): Refusal | undefined => {
  const {run} = state.engine;
  if (run === undefined) {
    return stage === 'identify'
      ? undefined
      : {code: 'gate.identify', what: 'no host was scanned yet', next: 'scan the fleet first (1, then b)'};
  }
  // Asked several times a frame, and each looks at every host.
  return kept[stage]([run.run, run.hosts, state.version], () => {
    const refusal = gate(run, stage);
    return refusal === undefined ? undefined : {...refusal, next: withKeys(refusal.next)};
  });
};

const fresh = () => keep<Refusal | undefined>();
const kept: Readonly<Record<StageName, ReturnType<typeof fresh>>> = {
  identify: fresh(),
  prioritize: fresh(),
  test: fresh(),
  deploy: fresh(),
  verify: fresh(),
};

const keyOfFlag: readonly (readonly [string, string])[] = [
  ['(--leave-out HOST)', '(l on Identify)'],
  ['(--accept-no-rollback HOST)', '(N on Test)'],
  ['(--sign-off NAME --reason TEXT)', '(o on Test)'],
  ['(--hand-over HOST=OWNER)', '(h on Deploy)'],
  ['(prioritize)', '(2, then L)'],
  ['(identify)', '(1, then b)'],
];

/** The engine speaks to subcommands too, and names their flags. */
export const withKeys = (text: string): string =>
  keyOfFlag.reduce((sentence, [flag, key]) => sentence.replace(flag, key), text);
