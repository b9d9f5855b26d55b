import {PatchdeckError} from '../model/error.ts';
import {raiseEpoch, type EpochAnswer} from '../jobs/epochs.ts';
import {hostRecord, runClaim, type RunContext} from '../rollout/context.ts';
import {eachHost} from '../rollout/each-host.ts';

/** The hosts that were scanned and do not know yet that the run was taken over. */
export const hostsToTell = (context: RunContext): string[] => {
  const {run, hosts} = context.state();
  if (run.epoch === undefined) return [];
  return [...hosts.values()]
    .filter(record => record.scan !== undefined && record.leftOut === undefined && record.epoch !== run.epoch)
    .map(record => record.host.name);
};

/**
 * Tells hosts the epoch of a run that was taken over: they refuse jobs of the console it came from. A host that is another machine than the
 * one that was scanned, or that knows a higher epoch, is unknown. One that does not answer is told with its next job.
 */
export const tellEpoch = async (
  context: RunContext,
  hosts: readonly string[],
  notice: (text: string) => void,
): Promise<void> => {
  const run = runClaim(context);
  const {epoch} = run;
  const silent: string[] = [];
  await eachHost(context, hosts, async host => {
    try {
      const answer = await context.link(host).ask(raiseEpoch, {run});
      const trouble = troubleOf(host, answer, {epoch, machineId: hostRecord(context, host).scan?.machineId});
      if (trouble !== undefined) {
        await context.record({type: 'host.trouble', data: {host, trouble}});
        await context.record({type: 'host.phase', data: {host, phase: 'unknown', note: trouble.what}});
      } else if (answer.standing === 'kept') {
        await context.record({type: 'host.epoch-raised', data: {host, epoch}});
      } else silent.push(host);
    } catch (error) {
      if (context.closing.aborted || !(error instanceof PatchdeckError)) throw error;
      if (error.code.startsWith('store.')) throw error;
      silent.push(host);
    }
  });
  if (silent.length > 0) {
    notice(
      `${silent.slice(0, 5).join(', ')} could not be told that the run was taken over: what is recorded of them may be old, and the console it came from could still start something there`,
    );
  }
};

const troubleOf = (
  host: string,
  answer: EpochAnswer,
  expected: {epoch: number; machineId: string | undefined},
) => {
  if (answer.standing === 'other') {
    const how =
      answer.known === expected.epoch
        ? 'another console took over the same record'
        : 'it was taken over once more';
    return {
      code: 'run.taken-over',
      what: `${host} knows epoch ${answer.known} of this run, and this console has ${expected.epoch}: ${how}`,
      next: 'go on with it there, or export it there and import it here',
    };
  }
  if (answer.machineId !== expected.machineId) {
    return {
      code: 'host.replaced',
      what: `${host} is not the machine that was scanned (its machine-id differs)`,
      next: 'find out whether it was restored or replaced, then scan again',
    };
  }
  return undefined;
};
