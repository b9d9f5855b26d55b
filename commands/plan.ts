import type {Command} from 'commander';
import {z} from 'zod';
import {hostNameSchema} from '../src/model/host.ts';
import {nextStep} from '../src/model/package.ts';
import {parsePatchId, patchIdSchema, type Ranking} from '../src/model/patch.ts';
import {loadPolicy} from '../src/policy/load-policy.ts';
import {choose} from '../src/policy/select.ts';
import {exitCodes} from './exit-code.ts';
import {check, repeated, withFlags} from './flags.ts';
import type {Result} from './output.ts';
import {lock, readRanking} from './lock-plan.ts';
import {planByPolicy} from './plan-by-policy.ts';
import {policyFlags, policyToPlanBy} from './policy-flags.ts';
import {withEngine, type Session} from './session.ts';
import {table} from './table.ts';

const patchFlag = patchIdSchema.refine(id => parsePatchId(id) !== undefined, 'a patch, as apt:nginx@1.22-9');

const ownFlags = z.object({
  security: z.boolean().default(false),
  all: z.boolean().default(false),
  minScore: z.coerce.number().min(0).max(100).optional(),
  package: z.array(z.string()).default([]),
  excludePackage: z.array(z.string()).default([]),
  cve: z.array(z.string().regex(/^CVE-\d{4}-\d{4,}$/i, 'a CVE id, as CVE-2026-1234')).default([]),
  reboot: z.enum(['never', 'when-needed']).optional(),
  leaveOut: z.array(hostNameSchema).default([]),
  block: z.array(patchFlag).default([]),
  unblock: z.array(patchFlag).default([]),
  reason: z.string().trim().min(1).max(500).default('chosen on the command line'),
});
type OwnFlags = z.infer<typeof ownFlags>;

export const addPlan = (program: Command): void => {
  withFlags(program.command('plan'))
    .description('prioritize: rank what is pending, choose, lock the plan; without a choice it only ranks')
    .option('--security', 'choose what closes a security hole')
    .option('--all', 'choose everything that can be installed')
    .option('--min-score <n>', 'choose from this score up, 0 to 100')
    .option('--package <glob>', 'choose by source package; may be repeated', repeated)
    .option('--exclude-package <glob>', 'but not this one; may be repeated', repeated)
    .option('--cve <id>', 'choose what fixes this; may be repeated', repeated)
    .option('--reboot <when>', 'never (default) or when-needed; without a choice: hosts that wait for one')
    .option('--leave-out <host>', 'a host that does not take part any more; may be repeated', repeated)
    .option(
      '--block <patch>',
      'never install this version again, as apt:nginx@1.22-9; may be repeated',
      repeated,
    )
    .option('--unblock <patch>', 'this version may be installed again; may be repeated', repeated)
    .option('--policy <file>', 'choose by a policy (see `patchdeck policy FILE`)')
    .option('--route <which>', 'of the policy: now (default), window or all')
    .option('--approved-by <name>', 'who says yes to what the policy leaves to a person; with --decision')
    .option('--decision <digest>', 'the decision that the yes is to, as it was shown')
    .option('--now <time>', 'rank and decide as of this time, as 2026-11-24T03:00:00Z')
    .option('--reason <text>', 'why')
    .addHelpText('after', '\nExample:\n  patchdeck plan --security --min-score 60 --reboot when-needed\n')
    .action((raw: unknown) =>
      withEngine('plan', raw, {which: 'need', rankedAt: rankedAt(raw)}, async session => {
        const flags = check(ownFlags, raw);
        const byPolicy = check(policyFlags, raw);
        const policy = policyToPlanBy(byPolicy, flags);
        // Before anything is done: a policy with a mistake changes nothing.
        if (policy !== undefined) await loadPolicy(policy);
        const {reason} = flags;
        if (flags.leaveOut.length > 0)
          await session.submit({type: 'leave-out', hosts: flags.leaveOut, reason});
        for (const patch of flags.block) await session.submit({type: 'block', patch, reason});
        for (const patch of flags.unblock) await session.submit({type: 'unblock', patch, reason});
        // A yes is to what was shown: it is not ranked anew.
        if (byPolicy.decision === undefined) await session.stage({type: 'start', stage: 'prioritize'});
        if (policy !== undefined) return await planByPolicy(session, {...byPolicy, policy});
        const ranking = await readRanking(session);
        session.output.print(rankingTable(ranking));
        const wanted = chooses(flags) ? choose(ranking, selectionOf(flags)) : [];
        // Nothing to install and a yes to reboots: a plan that only reboots.
        return wanted.length === 0 && !chooses(flags) && flags.reboot !== 'when-needed'
          ? ranked(session, ranking)
          : await lock(session, wanted, flags.reboot ?? 'never', reason);
      }),
    );
};

/** Undefined: now. What is no time is said by the check of the flags, later. */
const rankedAt = (raw: unknown): number | undefined => {
  const {now} = z.object({now: z.string().optional()}).parse(raw);
  const at = Date.parse(now ?? '');
  return Number.isNaN(at) ? undefined : at;
};

const ranked = (session: Session, ranking: Ranking): Result => ({
  exit: exitCodes.done,
  run: session.run().run.id,
  summary: `${ranking.patches.length} patches ranked, none chosen: no plan was locked`,
  patches: ranking.patches.map(({id, manager, score, why, hosts, cves, notInstalled}) => ({
    id,
    score,
    why,
    hosts: hosts.length,
    cves,
    notInstalled: notInstalled.map(item => ({...item, next: nextStep(item.why, manager)})),
  })),
  problems: [],
});

const rankingTable = (ranking: Ranking): string =>
  table(
    ['score', 'patch', 'hosts', 'why'],
    ranking.patches.map(patch => [
      patch.score === null ? '?' : String(patch.score),
      `${patch.source} ${patch.version}`,
      String(patch.hosts.length),
      patch.why,
    ]),
  );

const chooses = (flags: OwnFlags): boolean =>
  flags.security ||
  flags.all ||
  flags.minScore !== undefined ||
  flags.package.length > 0 ||
  flags.cve.length > 0;

const selectionOf = (flags: OwnFlags): Parameters<typeof choose>[1] => ({
  security: flags.security,
  all: flags.all,
  packages: flags.package,
  exclude: flags.excludePackage,
  cves: flags.cve,
  ...(flags.minScore === undefined ? {} : {minScore: flags.minScore}),
});
