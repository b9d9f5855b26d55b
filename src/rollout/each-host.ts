import PQueue from 'p-queue';
import type {RunContext} from './context.ts';

type Work = (host: string) => Promise<unknown>;

/**
 * Works on many hosts, at most `limits.concurrency` at once. `work` must not throw but for the abort of a closing console. Neither
 * a pause nor a stop holds it up: they are for stages, and not for what an operator asks for besides (a rollback, a retry).
 */
export const eachHost = async (context: RunContext, hosts: readonly string[], work: Work): Promise<void> => {
  const queue = new PQueue({concurrency: context.limits.concurrency});
  await queue.addAll(hosts.map(host => () => work(host)));
};

/**
 * The same for a stage: a pause keeps those that have not begun waiting, a stop keeps them from beginning. Gives true when every host
 * had its turn.
 */
export const eachHostOfStage = async (
  context: RunContext,
  hosts: readonly string[],
  work: Work,
): Promise<boolean> => {
  let whole = true;
  await eachHost(context, hosts, async host => {
    await context.resumed();
    if (context.state().run.stopping !== undefined) whole = false;
    else await work(host);
  });
  return whole;
};
