import PQueue from 'p-queue';
import {createBreakage} from './breakage.ts';
import type {RunContext} from './context.ts';

type Work = (host: string) => Promise<unknown>;

/**
 * Works on many hosts, at most `concurrency` at once. What `work` throws concerns all of them: no other is begun, and it is thrown on when
 * those at work are through. Neither a pause nor a stop holds it up: they are for stages, and not for what is only asked of hosts besides.
 */
export const eachHost = async (
  context: RunContext,
  hosts: readonly string[],
  work: Work,
  {concurrency = context.limits.concurrency, breakage = createBreakage()} = {},
): Promise<void> => {
  const queue = new PQueue({concurrency});
  await queue.addAll(
    hosts.map(host => async () => {
      if (!breakage.happened) await work(host).catch(breakage.add);
    }),
  );
  breakage.rethrow();
};

/**
 * The same for a stage: a pause keeps those that have not begun waiting, a stop keeps them from beginning, and one that was left out
 * while it waited is passed over. Gives true when every host had its turn.
 */
export const eachHostOfStage = async (
  context: RunContext,
  hosts: readonly string[],
  work: Work,
): Promise<boolean> => {
  const breakage = createBreakage();
  let whole = true;
  const inTurn: Work = async host => {
    await Promise.race([context.resumed(), breakage.first]);
    if (breakage.happened) return;
    if (context.state().run.stopping !== undefined) whole = false;
    else if (context.state().hosts.get(host)?.leftOut === undefined) await work(host);
  };
  await eachHost(context, hosts, inTurn, {breakage});
  return whole;
};
