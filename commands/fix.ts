import type {Command} from 'commander';
import {z} from 'zod';
import {PatchdeckError} from '../src/model/error.ts';
import {hostNameSchema} from '../src/model/host.ts';
import {check, repeated, withFlags} from './flags.ts';
import {lock, readRanking} from './lock-plan.ts';
import {patchesAgainst} from './patches-against.ts';
import {hostsOfRun, withEngine, type Session} from './session.ts';

const cveSchema = z.object({cve: z.string().regex(/^CVE-\d{4}-\d{4,}$/i, 'a CVE id, as CVE-2026-1234')});
const ownFlags = z.object({
  reboot: z.enum(['never', 'when-needed']).default('never'),
  leaveOut: z.array(hostNameSchema).default([]),
});

export const addFix = (program: Command): void => {
  withFlags(program.command('fix'))
    .argument('<cve>', 'the CVE id')
    .argument('[hosts...]', 'names, groups, globs or tag:x; none means all')
    .description('prepare the run for one urgent CVE: scan, rank, and lock the plan that fixes it')
    .option('--reboot <when>', 'never (default) or when-needed')
    .option('--leave-out <host>', 'a host that does not take part; may be repeated', repeated)
    .addHelpText('after', '\nExample:\n  patchdeck fix CVE-2026-1234 --reboot when-needed\n')
    .action((cve: string, patterns: string[], raw: unknown) =>
      withEngine('fix', raw, {which: 'join', hosts: patterns}, async session => {
        const id = check(cveSchema, {cve}).cve.toUpperCase();
        const {reboot, leaveOut} = check(ownFlags, raw);
        const hosts = hostsToFix(session, patterns);
        await session.stage({type: 'start', stage: 'identify', ...(hosts === undefined ? {} : {hosts})});
        if (leaveOut.length > 0) {
          await session.submit({type: 'leave-out', hosts: leaveOut, reason: `not part of the fix of ${id}`});
        }
        await session.stage({type: 'start', stage: 'prioritize'});
        const wanted = await patchesAgainst(session.engine, await readRanking(session), id);
        requireNoOther(session, wanted);
        const only =
          hosts === undefined ? undefined : Object.fromEntries(wanted.map(patch => [patch, hosts]));
        const result = await lock(session, wanted, reboot, `fixes ${id}`, only);
        session.output.say(
          'next: `patchdeck test`, then `deploy` and `verify`; or plain `patchdeck` for the console',
        );
        return result;
      }),
    );
};

/** Of a run that is open already: the hosts that are named. A new one is begun with these alone, and has no others. */
const hostsToFix = ({engine, flags}: Session, patterns: readonly string[]): string[] | undefined => {
  const {run} = engine.state();
  const isNarrowed = patterns.length > 0 || flags.exclude.length > 0;
  return run === undefined || !isNarrowed ? undefined : hostsOfRun(run, patterns, flags.exclude);
};

/** What somebody chose before in this run must not drop out of its plan in silence. */
const requireNoOther = (session: Session, wanted: readonly string[]): void => {
  const others = [...session.run().run.chosen].filter(patch => !wanted.includes(patch));
  if (others.length === 0) return;
  throw new PatchdeckError(
    'gate',
    'fix.other-choices',
    `${others.slice(0, 3).join(', ')}${others.length > 3 ? ` and ${others.length - 3} more` : ''} ${others.length === 1 ? 'is' : 'are'} chosen in the open run and would drop out of its plan; the plan is as it was`,
    'add it to what is chosen with `patchdeck plan`, or close that run and fix in one of its own',
  );
};
