import type {Command} from 'commander';
import {z} from 'zod';
import {hostNameSchema} from '../src/model/host.ts';
import {choose} from '../src/policy/select.ts';
import {check, repeated, withFlags} from './flags.ts';
import {lock, readRanking} from './plan.ts';
import {withEngine} from './session.ts';

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
        await session.stage({type: 'start', stage: 'identify'});
        if (leaveOut.length > 0) {
          await session.submit({type: 'leave-out', hosts: leaveOut, reason: `not part of the fix of ${id}`});
        }
        await session.stage({type: 'start', stage: 'prioritize'});
        const wanted = choose(await readRanking(session), {cves: [id]});
        const result = await lock(session, wanted, reboot, `fixes ${id}`);
        session.output.say(
          'next: `patchdeck test`, then `deploy` and `verify`; or plain `patchdeck` for the console',
        );
        return result;
      }),
    );
};
