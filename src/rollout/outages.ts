import {bootState} from '../hosts/reboot.ts';
import {createPatience, isAway} from '../jobs/patience.ts';
import {PatchdeckError} from '../model/error.ts';
import {isChanging} from '../model/phase.ts';
import {hostRecord, HostStopped, type RunContext} from './context.ts';

/** One that is away once more after this many outages in the same work is not stable enough to be worked on. */
const outagesAllowed = 3;

/**
 * Does work that may be called again, as after a crash, once the host is back: while a host is being changed its link may go at any
 * moment - sshd or the network is restarted, the host reboots - and that is no reason to lose sight of it. Throws HostStopped `unknown`
 * for one that is not back within the time for which a job is followed unseen.
 */
export const throughOutages = async (
  context: RunContext,
  host: string,
  work: () => Promise<void>,
): Promise<void> => {
  for (let outages = 0; ; outages++) {
    try {
      await work();
      return;
    } catch (error) {
      const passes = error instanceof PatchdeckError && isAway(error) && !context.closing.aborted;
      if (!passes || outages === outagesAllowed || !isChanging(hostRecord(context, host).phase)) throw error;
      await untilItAnswers(context, host, error);
    }
  }
};

const untilItAnswers = async (context: RunContext, host: string, met: PatchdeckError): Promise<void> => {
  const patience = createPatience({
    limits: context.limits,
    now: () => context.elapsed(),
    random: () => context.random(),
    sleep: (ms, signal) => context.sleep(ms, signal),
    signal: context.closing,
    onAway: reason => context.signal({host, line: `away: ${reason}`, at: context.now()}),
  });
  let failure: unknown = met;
  while (await patience.tryAgain(failure)) {
    try {
      await context.link(host).ask(bootState, undefined);
      return;
    } catch (error) {
      failure = error;
    }
  }
  const minutes = Math.round(context.limits.patienceMs / 60_000);
  throw new HostStopped(
    'unknown',
    'host.away',
    `${host} did not answer for ${minutes} minutes in the middle of its work; how far it came is unknown`,
    'look at the host; trying again asks it, nothing is started twice',
  );
};
