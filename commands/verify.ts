import type {Command} from 'commander';
import {z} from 'zod';
import {changedHosts} from '../src/record/gates.ts';
import {exitCodes} from './exit-code.ts';
import {check, repeated, withFlags} from './flags.ts';
import {countsOf, exitOf, problemsOf} from './problems.ts';
import {requireHosts} from './require-hosts.ts';
import {hostsOfRun, withEngine} from './session.ts';
import {table} from './table.ts';

const ownFlags = z.object({
  handOver: z.array(z.string().regex(/^[^=]+=.+$/, 'HOST=OWNER')).default([]),
  close: z.boolean().default(false),
  reason: z.string().trim().min(1).max(500).default('verified'),
});

export const addVerify = (program: Command): void => {
  withFlags(program.command('verify'))
    .argument('[hosts...]', 'names, groups, globs or tag:x; none means all that were changed')
    .description('prove by a new scan that every host is as planned and no worse than before')
    .option('--hand-over <host=owner>', 'somebody takes care of a host whose state is unknown', repeated)
    .option('--close', 'close the run when everything is as planned')
    .option('--reason <text>', 'why')
    .addHelpText(
      'after',
      '\nExample:\n  patchdeck verify --hand-over db1=dba-on-call --reason "disk failed"\n',
    )
    .action((patterns: string[], raw: unknown) =>
      withEngine('verify', raw, {which: 'need'}, async session => {
        const flags = check(ownFlags, raw);
        const {reason} = flags;
        // Hosts that an earlier console left at work are followed to their end first.
        await session.settled();
        for (const pair of flags.handOver) {
          const [host = '', owner = ''] = pair.split(/=(.*)/s);
          await session.submit({type: 'hand-over', hosts: [host], owner, reason});
        }
        const hosts = hostsOfRun(session.run(), patterns, session.flags.exclude);
        requireHosts(hosts, changedHosts(session.run()), 'changed or to be changed by the run');
        const narrowed = patterns.length > 0 || session.flags.exclude.length > 0;
        await session.stage({type: 'start', stage: 'verify', ...(narrowed ? {hosts} : {})});

        const {verify} = session.run().run.stages;
        if (flags.close && verify.status === 'complete') await session.submit({type: 'close', reason});
        const state = session.run();
        session.output.print(
          table(
            ['host', 'phase', 'verified', 'findings'],
            changedHosts(state).map(record => [
              record.host.name,
              record.phase,
              record.verified === undefined ? '?' : record.verified.good ? 'ok' : 'x',
              record.verified?.findings.join('; ') ?? '',
            ]),
          ),
        );
        const found = changedHosts(state).flatMap(({host, phase, verified}) =>
          (phase === 'skipped' ? [] : (verified?.findings ?? [])).map(what => ({
            host: host.name,
            code: 'host.not-as-planned',
            what,
            next: 'mend it and verify again, or roll it back',
          })),
        );
        // What was found now says more than what went wrong before.
        const looked = new Set(found.map(problem => problem.host));
        const others = problemsOf(state).filter(({host}) => host === undefined || !looked.has(host));
        const problems = [...others, ...found];
        return {
          exit: verify.status === 'complete' ? exitOf(problems) : exitCodes.hosts,
          run: state.run.id,
          summary: `verify ${verify.status}: ${verify.summary}`,
          counts: countsOf(state),
          problems,
        };
      }),
    );
};
