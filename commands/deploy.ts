import type {Command} from 'commander';
import {isFinal} from '../src/model/phase.ts';
import {plannedHosts, requireGate} from '../src/record/gates.ts';
import type {HostRecord} from '../src/record/state.ts';
import {turnOf} from '../src/record/wave-of.ts';
import {confirm} from './confirm.ts';
import {exitCodes} from './exit-code.ts';
import {check, withFlags} from './flags.ts';
import {countsOf, exitOf, problemsOf} from './problems.ts';
import {requireHosts} from './require-hosts.ts';
import {retry, retryable, retryFlag, withRetryFlag} from './retry.ts';
import {hostsOfRun, withEngine} from './session.ts';
import {gateFlags, readGateFlags, submitHostWords, submitSignOff, withGateFlags} from './sign-off.ts';
import {table} from './table.ts';

export const addDeploy = (program: Command): void => {
  withRetryFlag(withGateFlags(withFlags(program.command('deploy'))))
    .argument('[hosts...]', 'names, groups, globs or tag:x; none means all that are planned')
    .description('take the planned hosts through their waves; goes on where an earlier one was interrupted')
    .addHelpText('after', "\nExample:\n  patchdeck deploy 'web*' --yes --failures-allowed 1\n")
    .action((patterns: string[], raw: unknown) =>
      withEngine('deploy', raw, {which: 'need'}, async session => {
        const flags = readGateFlags(check(gateFlags.extend(retryFlag), raw));
        const hosts = hostsOfRun(session.run(), patterns, session.flags.exclude);
        await submitHostWords(session, flags);
        await submitSignOff(session, flags);
        requireGate(session.run(), 'deploy');
        requireHosts(hosts, plannedHosts(session.run()), 'in the plan');
        const isMeant = (record: HostRecord): boolean => hosts.includes(record.host.name);
        const again = flags.retry ? retryable(session.run()).filter(isMeant) : [];
        const waiting = [
          ...again,
          ...plannedHosts(session.run()).filter(record => !isFinal(record.phase) && isMeant(record)),
        ];
        await confirm(session, announce(waiting, session.run().run.plan?.reboot ?? 'never'), waiting.length);
        await retry(session, again);
        const narrowed = patterns.length > 0 || session.flags.exclude.length > 0;
        await session.stage({type: 'start', stage: 'deploy', ...(narrowed ? {hosts} : {})});

        const state = session.run();
        const {deploy} = state.run.stages;
        const mine = plannedHosts(state).filter(isMeant);
        const problems = problemsOf(state);
        session.output.print(
          table(
            ['host', 'turn', 'phase', 'note'],
            plannedHosts(state).map(record => [record.host.name, turnOf(record), record.phase, record.note]),
          ),
        );
        return {
          exit: mine.every(({phase}) => phase === 'done') ? exitOf(problems) : exitCodes.hosts,
          run: state.run.id,
          summary: `deploy ${deploy.status}: ${deploy.summary}`,
          counts: countsOf(state),
          problems,
        };
      }),
    );
};

const announce = (waiting: readonly HostRecord[], reboot: string): string => {
  const packages = waiting.reduce((sum, record) => sum + (record.planned?.changes ?? 0), 0);
  const grades = Map.groupBy(waiting, record => record.point?.grade ?? 'none');
  const ways = [...grades].map(([grade, records]) => `${records.length} ${grade}`).join(', ');
  const names = waiting
    .slice(0, 8)
    .map(record => record.host.name)
    .join(', ');
  const more = waiting.length > 8 ? ` and ${waiting.length - 8} more` : '';
  return `deploy: ${packages} package changes on ${waiting.length} hosts (${names}${more}); reboot ${reboot}; way back: ${ways || 'none needed'}`;
};
