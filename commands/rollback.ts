import type {Command} from 'commander';
import {z} from 'zod';
import {exitCodes} from './exit-code.ts';
import {check, withFlags} from './flags.ts';
import {confirm} from './confirm.ts';
import {hostsOfRun, withEngine} from './session.ts';
import {table} from './table.ts';

const ownFlags = z.object({
  reason: z.string().trim().min(1).max(500).default('rolled back on the command line'),
});

export const addRollback = (program: Command): void => {
  withFlags(program.command('rollback'))
    .argument('<hosts...>', 'names, groups, globs or tag:x')
    .description('take hosts back to how they were before the run, and prove it')
    .option('--reason <text>', 'why')
    .addHelpText('after', '\nExample:\n  patchdeck rollback web3 --yes --reason "checkout is slow"\n')
    .action((patterns: string[], raw: unknown) =>
      withEngine('rollback', raw, {which: 'need'}, async session => {
        const {reason} = check(ownFlags, raw);
        const hosts = hostsOfRun(session.run(), patterns, session.flags.exclude);
        const grades = hosts.map(
          host => `${host} (${session.run().hosts.get(host)?.point?.grade ?? 'no way back'})`,
        );
        await confirm(session, `rollback: ${grades.join(', ')}`, hosts.length);
        // What an earlier console began is gone on with already, and not begun again.
        const begun = hosts.filter(host => session.run().hosts.get(host)?.phase === 'rolling back');
        if (begun.length > 0) await session.settled();
        const rest = hosts.filter(host => !begun.includes(host));
        if (rest.length > 0) await session.submit({type: 'roll-back', hosts: rest, reason});
        await session.settled();
        const state = session.run();
        const records = hosts.flatMap(host => state.hosts.get(host) ?? []);
        session.output.print(
          table(
            ['host', 'phase', 'note'],
            records.map(record => [record.host.name, record.phase, record.note]),
          ),
        );
        const back = records.filter(record => record.phase === 'rolled back');
        return {
          exit: back.length === hosts.length ? exitCodes.done : exitCodes.hosts,
          run: state.run.id,
          summary: `${back.length} of ${hosts.length} hosts proven to be as before`,
          problems: records.flatMap(({host, troubles}) =>
            troubles.map(trouble => ({host: host.name, ...trouble})),
          ),
        };
      }),
    );
};
