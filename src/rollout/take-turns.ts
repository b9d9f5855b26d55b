import {mayRunTogether} from '../policy/waves.ts';
import type {HostRecord} from '../record/state.ts';
import {createBreakage} from './breakage.ts';
import {hostRecord, type RunContext} from './context.ts';

/**
 * Begins work on hosts in the order given, each as soon as it may run beside all that is being worked on, whoever began that; at most
 * `limits.concurrency` at once. Before each host `goOn` is asked; where it says no, the hosts that have not begun are given back. What was begun is
 * followed to its end in every case; what `work` throws concerns all hosts, and is thrown on after that.
 */
export const takeTurns = async (
  context: RunContext,
  hosts: readonly HostRecord[],
  work: (host: string) => Promise<void>,
  goOn: () => Promise<boolean>,
): Promise<HostRecord[]> => {
  const waiting = [...hosts];
  const running = new Map<string, Promise<void>>();
  const breakage = createBreakage();
  while (waiting.length > 0) {
    const wanted = await Promise.race([goOn(), breakage.first]).catch(breakage.add);
    if (wanted !== true || breakage.happened) break;
    const next = running.size < context.limits.concurrency ? nextOf(context, waiting, running) : undefined;
    if (next === undefined) {
      await Promise.race([...running.values(), ...context.underWay.values()]).catch(breakage.add);
      continue;
    }
    waiting.splice(waiting.indexOf(next), 1);
    const {name} = next.host;
    running.set(
      name,
      work(name)
        .catch(breakage.add)
        .finally(() => running.delete(name)),
    );
  }
  await Promise.all(running.values());
  breakage.rethrow();
  return waiting;
};

const nextOf = (
  context: RunContext,
  waiting: readonly HostRecord[],
  running: ReadonlyMap<string, unknown>,
): HostRecord | undefined => {
  const busy = new Set([...running.keys(), ...context.underWay.keys()]);
  const others = [...busy].map(name => hostRecord(context, name));
  // Work that is under way on a host already is joined.
  return waiting.find(record =>
    mayRunTogether(
      others.filter(({host}) => host.name !== record.host.name),
      record,
    ),
  );
};
