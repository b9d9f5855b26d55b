import {createHash} from 'node:crypto';
import {z} from 'zod';
import {cleanLine} from '../src/model/clean.ts';
import type {Ranking} from '../src/model/patch.ts';
import type {Decision} from '../src/model/policy.ts';
import {chosenBy, decide} from '../src/policy/decide.ts';
import {loadPolicy} from '../src/policy/load-policy.ts';
import {members} from '../src/record/gates.ts';
import {exitCodes} from './exit-code.ts';
import type {Result} from './output.ts';
import type {Session} from './session.ts';
import {table} from './table.ts';

export const policyFlags = z.object({
  policy: z.string().optional(),
  now: z.iso.datetime({offset: true, error: 'a time, as 2026-11-24T03:00:00Z'}).optional(),
  route: z.enum(['now', 'window', 'all']).default('now'),
  approvedBy: z.string().trim().min(1).max(100).optional(),
});
export type PolicyFlags = z.infer<typeof policyFlags>;

/** What the policy decides on, printed, and the patches to choose. `policy`: the file. Throws as `loadPolicy`. */
export const planByPolicy = async (
  session: Session,
  ranking: Ranking,
  flags: PolicyFlags & {policy: string},
): Promise<{decision: Decision; digest: string; wanted: string[]; problems: Result['problems']}> => {
  const {policy, digest: policyDigest} = await loadPolicy(flags.policy);
  const run = session.run();
  const scans = Object.fromEntries(
    members(run).flatMap(({host, scan}) => (scan === undefined ? [] : [[host.name, scan.file]])),
  );
  const now = Date.parse(ranking.at);
  const decision = decide({policy, policyDigest, ranking, scans, blocked: run.run.blocked, now});
  const digest = createHash('sha256').update(JSON.stringify(decision)).digest('hex');
  session.output.print(decisionTable(decision));
  for (const note of decision.notes) session.output.say(`! ${note}`);
  session.output.say(
    `decision ${digest.slice(0, 12)} by policy "${cleanLine(policy.policy)}" (sha256 ${policyDigest.slice(0, 12)}) as of ${decision.at}`,
  );
  const wanted = chosenBy(decision, flags.route, flags.approvedBy !== undefined);
  return {decision, digest, wanted, problems: [...waiting(decision, flags), ...breached(decision, wanted)]};
};

/** Nothing to choose is no failure of the policy. */
export const nothingChosen = (
  session: Session,
  planned: Awaited<ReturnType<typeof planByPolicy>>,
): Result => ({
  exit: planned.problems.length === 0 ? exitCodes.done : exitCodes.hosts,
  run: session.run().run.id,
  summary: 'the policy chooses nothing now: no plan was locked',
  decision: planned.decision,
  decisionDigest: planned.digest,
  problems: planned.problems,
});

const waiting = ({patches}: Decision, {route, approvedBy}: PolicyFlags): Result['problems'] =>
  approvedBy !== undefined
    ? []
    : patches
        .filter(
          ({verdict, approval}) =>
            approval === 'person' &&
            (route === 'all' ? verdict === 'now' || verdict === 'window' : verdict === route),
        )
        .map(({patch}) => ({
          code: 'policy.approval',
          what: `${patch} waits for a person's word: it is not planned`,
          next: 'look at it, and plan again with --approved-by NAME',
        }));

const breached = ({patches}: Decision, wanted: readonly string[]): Result['problems'] =>
  patches.flatMap(({patch, deadline, verdict, why}) =>
    deadline === undefined || deadline.left >= 0 || wanted.includes(patch)
      ? []
      : [
          {
            code: 'policy.breach',
            what: `${patch} is ${-deadline.left} days overdue (${deadline.why}) and not planned: ${verdict}, ${why}`,
            next: 'plan it, or add an exception with an owner and a day on which it ends',
          },
        ],
  );

const decisionTable = ({patches}: Decision): string =>
  table(
    ['verdict', 'patch', 'due', 'yes by', 'why'],
    patches.map(({verdict, patch, deadline, approval, why}) => [
      verdict,
      patch,
      deadline === undefined ? '-' : deadline.left < 0 ? `${-deadline.left} d overdue` : `${deadline.left} d`,
      approval === 'automatic' ? 'policy' : 'person',
      why,
    ]),
  );
