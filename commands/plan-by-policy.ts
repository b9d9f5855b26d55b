import {createHash} from 'node:crypto';
import {cleanLine} from '../src/model/clean.ts';
import {PatchdeckError} from '../src/model/error.ts';
import {decisionSchema, type Decision, type Policy} from '../src/model/policy.ts';
import {isOpen, openingWords} from '../src/model/window.ts';
import {chosenBy, decide} from '../src/policy/decide.ts';
import {isOn} from '../src/policy/effort.ts';
import {loadPolicy} from '../src/policy/load-policy.ts';
import {members} from '../src/record/gates.ts';
import {exitCodes} from './exit-code.ts';
import {lock, readRanking} from './lock-plan.ts';
import type {Result} from './output.ts';
import type {PolicyFlags} from './policy-flags.ts';
import type {Session} from './session.ts';
import {table} from './table.ts';

/**
 * Decides by a policy on the newest ranking of the run, keeps that in the journal, prints it, and locks the plan of what may be planned.
 * A yes (`approvedBy`) is to the decision that is named: throws `policy.other-decision` when another one comes out now. Throws as
 * `loadPolicy`.
 */
export const planByPolicy = async (
  session: Session,
  flags: PolicyFlags & {policy: string},
): Promise<Result> => {
  const {approvedBy} = flags;
  const {decision, digest, policy} = await decideNow(session, flags);
  if (flags.decision !== undefined && !digest.startsWith(flags.decision)) throw otherDecision(digest);
  if (policy.outsideWindow === 'refuse') requireOpenWindow(decision);
  await session.submit({
    type: 'decide',
    decision,
    ...(approvedBy === undefined ? {} : {approvedBy}),
  });
  session.output.print(decisionTable(decision));
  if (decision.window !== undefined)
    session.output.say(openingWords(decision.window, Date.parse(decision.at)));
  for (const note of decision.notes) session.output.say(`! ${note}`);
  session.output.say(
    `decision ${digest.slice(0, 12)} by policy "${cleanLine(decision.policy)}" (sha256 ${decision.policyDigest.slice(0, 12)}) as of ${decision.at}`,
  );
  const only = chosenBy(decision, approvedBy !== undefined);
  const wanted = Object.keys(only);
  const problems = [
    ...(approvedBy === undefined ? waiting(decision, digest) : []),
    ...leftForLater(decision),
    ...breached(decision, wanted),
  ];
  const word = approvedBy === undefined ? '' : `, approved by ${approvedBy}`;
  const why = `policy ${decision.policy}, decision ${digest.slice(0, 12)}${word}`;
  // Nothing to choose is no failure of the policy.
  const planned =
    wanted.length === 0 ? nothingChosen(session) : await lock(session, wanted, decision.reboot, why, only);
  return {
    ...planned,
    exit: problems.length === 0 ? planned.exit : exitCodes.hosts,
    decision,
    decisionDigest: digest,
    problems: [...planned.problems, ...problems],
  };
};

const decideNow = async (
  session: Session,
  {policy: file, route}: PolicyFlags & {policy: string},
): Promise<{decision: Decision; digest: string; policy: Policy}> => {
  const {policy, digest: policyDigest} = await loadPolicy(file);
  const ranking = await readRanking(session);
  const run = session.run();
  const taking = members(run);
  const decided = decide({
    policy,
    policyDigest,
    route,
    ranking,
    scans: Object.fromEntries(
      taking.flatMap(({host, scan}) => (scan === undefined ? [] : [[host.name, scan.file]])),
    ),
    hosts: taking.map(({host}) => host),
    blocked: run.run.blocked,
    now: Date.parse(ranking.at),
  });
  // In the form in which it is kept: its digest then names the file.
  const decision = decisionSchema.parse(decided);
  return {policy, decision, digest: createHash('sha256').update(JSON.stringify(decision)).digest('hex')};
};

const otherDecision = (digest: string): PatchdeckError =>
  new PatchdeckError(
    'gate',
    'policy.other-decision',
    `that is not what the policy decides on now (${digest.slice(0, 12)}): the scans, the ranking, the policy or what is blocked have changed since; nothing was planned`,
    'plan without --approved-by and --decision, and look at what waits then',
  );

/** What is not urgent is planned while a window is open, by the time of the decision. */
const requireOpenWindow = ({window, at, patches, route}: Decision): void => {
  const now = Date.parse(at);
  const waits = patches.filter(item => item.verdict === 'window' && isOn(item, route)).length;
  if (window === undefined || isOpen(window, now) || waits === 0) return;
  throw new PatchdeckError(
    'gate',
    'policy.window-closed',
    `the policy has what is not urgent planned inside its window only (${waits} of the patches): ${openingWords(window, now)}; nothing was planned`,
    'plan it then, or what is urgent alone now (--route now)',
  );
};

const nothingChosen = (session: Session): Result => ({
  exit: exitCodes.done,
  run: session.run().run.id,
  summary: 'the policy chooses nothing now: no plan was locked',
  problems: [],
});

const waiting = ({patches, route}: Decision, digest: string): Result['problems'] =>
  patches
    .filter(item => item.approval === 'person' && isOn(item, route))
    .map(({patch}) => ({
      code: 'policy.approval',
      what: `${patch} waits for a person's word: it is not planned`,
      next: `look at it, and plan again with --approved-by NAME --decision ${digest.slice(0, 12)}`,
    }));

/** What is urgent and not planned on all its hosts is never left for later in silence. */
const leftForLater = ({patches}: Decision): Result['problems'] =>
  patches.flatMap(({patch, urgent, hosts = [], later = []}) =>
    urgent === undefined || later.length === 0
      ? []
      : [
          {
            code: 'policy.over-effort',
            what: `${patch} cannot wait (${urgent}) and is left for later on ${named(later)}: the effort that the policy allows is used up${hosts.length === 0 ? ', or a reboot is not allowed' : ''}`,
            next: 'allow more effort in the policy, or plan again when these hosts are done',
          },
        ],
  );

const named = (hosts: readonly string[]): string =>
  `${hosts.slice(0, 5).join(', ')}${hosts.length > 5 ? ` and ${hosts.length - 5} more` : ''}`;

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
