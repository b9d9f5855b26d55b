import type {Command} from 'commander';
import {z} from 'zod';
import {hostNameSchema} from '../src/model/host.ts';
import {describeReach} from '../src/model/reach.ts';
import {securityCount} from '../src/model/scan.ts';
import {loadPolicy} from '../src/policy/load-policy.ts';
import {members} from '../src/record/gates.ts';
import {exitCodes} from './exit-code.ts';
import {check, repeated, withFlags} from './flags.ts';
import {countsOf, problemsOf} from './problems.ts';
import {hostsOfRun, withEngine} from './session.ts';
import {table} from './table.ts';

const ownFlags = z.object({
  new: z.boolean().default(false),
  policy: z.string().optional(),
  leaveOut: z.array(hostNameSchema).default([]),
  reason: z.string().trim().min(1).max(500).default('left out on the command line'),
});

export const addScan = (program: Command): void => {
  withFlags(program.command('scan'))
    .argument('[hosts...]', 'names, groups, globs or tag:x; none means all')
    .description('identify: what hosts are and what is pending on them')
    .option('--new', 'begin another run even if one is open')
    .option('--policy <file>', 'scan hosts of low risk shallowly, where the policy has it so')
    .option('--leave-out <host>', 'a host that does not take part any more; may be repeated', repeated)
    .option('--reason <text>', 'why it is left out')
    .addHelpText('after', "\nExample:\n  patchdeck scan 'web*' --exclude web3 --json\n")
    .action((patterns: string[], raw: unknown) =>
      withEngine('scan', raw, {which: isNew(raw) ? 'new' : 'join', hosts: patterns}, async session => {
        const {leaveOut, reason, policy} = check(ownFlags, raw);
        const shallow = policy === undefined ? undefined : (await loadPolicy(policy)).policy.scan.shallow;
        const {run} = session.engine.state();
        const begun = run !== undefined;
        const hosts = begun ? hostsOfRun(run, patterns, session.flags.exclude) : undefined;
        if (begun && leaveOut.length > 0) await session.submit({type: 'leave-out', hosts: leaveOut, reason});
        const still = hosts?.filter(host => !leaveOut.includes(host));
        await session.stage({
          type: 'start',
          stage: 'identify',
          ...(still === undefined ? {} : {hosts: still}),
          ...(shallow === undefined ? {} : {shallow}),
        });
        if (!begun && leaveOut.length > 0) await session.submit({type: 'leave-out', hosts: leaveOut, reason});

        const state = session.run();
        const taking = members(state);
        session.output.print(
          table(
            ['host', 'system', 'updates', 'security', 'not installable', 'held', 'reboot', 'reached by'],
            taking.map(({host, scan, unreachable}) =>
              scan === undefined || unreachable !== undefined
                ? [host.name, 'unknown', '?', '?', '?', '?', '?', '']
                : [
                    host.name,
                    scan.os,
                    `${scan.updates}${scan.depth === 'shallow' ? '+' : ''}`,
                    securityCount(scan),
                    String(scan.notInstalled),
                    String(scan.held),
                    scan.rebootWanted ? 'wanted' : scan.rebootUnknown === undefined ? '' : '?',
                    scan.reach === undefined ? '' : describeReach(scan.reach),
                  ],
            ),
          ),
        );
        for (const {host, scan} of taking)
          for (const limit of [
            ...(scan?.limits ?? []),
            ...(scan?.rebootUnknown === undefined ? [] : [scan.rebootUnknown]),
            ...(scan?.documented ?? []).map(({sentence}) => sentence),
          ])
            session.output.say(`~ ${host.name}: ${limit}`);
        const silent = taking.filter(record => record.scan === undefined || record.unreachable !== undefined);
        return {
          exit: silent.length > 0 ? exitCodes.hosts : exitCodes.done,
          run: state.run.id,
          summary: state.run.stages.identify.summary,
          counts: countsOf(state),
          problems: problemsOf(state),
        };
      }),
    );
};

const isNew = (raw: unknown): boolean => (raw as {new?: boolean}).new === true;
