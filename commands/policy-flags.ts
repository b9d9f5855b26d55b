import {z} from 'zod';
import {PatchdeckError} from '../src/model/error.ts';
import {routes} from '../src/model/policy.ts';

export const policyFlags = z.object({
  policy: z.string().optional(),
  now: z.iso.datetime({offset: true, error: 'a time, as 2026-11-24T03:00:00Z'}).optional(),
  route: z.enum(routes).default('now'),
  approvedBy: z.string().trim().min(1).max(100).optional(),
  /** At least as much of the digest as is printed. */
  decision: z
    .string()
    .regex(/^[0-9a-f]{12,64}$/, 'the digest of a decision, as it was shown')
    .optional(),
});
export type PolicyFlags = z.infer<typeof policyFlags>;

/** Flags of `plan` that choose, or change what is chosen from. */
type OtherFlags = {
  security: boolean;
  all: boolean;
  minScore?: number | undefined;
  package: readonly string[];
  excludePackage: readonly string[];
  cve: readonly string[];
  reboot?: string | undefined;
  leaveOut: readonly string[];
  block: readonly string[];
  unblock: readonly string[];
};

/**
 * The file of the policy to plan by, where one is named. Throws for flags beside it that would be ignored, or that make a yes wider
 * than what was shown.
 */
export const policyToPlanBy = (flags: PolicyFlags, others: OtherFlags): string | undefined => {
  const {policy, approvedBy, decision, now} = flags;
  if (policy === undefined) {
    if (approvedBy !== undefined || decision !== undefined)
      throw refusal('a yes is to what a policy decided', 'name it with --policy FILE');
    return undefined;
  }
  const ignored = given({
    '--security': others.security,
    '--all': others.all,
    '--min-score': others.minScore !== undefined,
    '--package': others.package.length > 0,
    '--exclude-package': others.excludePackage.length > 0,
    '--cve': others.cve.length > 0,
    '--reboot': others.reboot !== undefined,
  });
  if (ignored !== '')
    throw refusal(
      '--policy chooses by itself',
      `leave ${ignored} away and say it in the policy, or leave --policy`,
    );
  if ((approvedBy === undefined) !== (decision === undefined)) {
    throw refusal(
      'a yes is by somebody, to one decision',
      'plan without it, look at what waits, and say --approved-by NAME --decision DIGEST with what was printed',
    );
  }
  const changing = given({
    '--now': now !== undefined,
    '--leave-out': others.leaveOut.length > 0,
    '--block': others.block.length > 0,
    '--unblock': others.unblock.length > 0,
  });
  if (decision !== undefined && changing !== '')
    throw refusal('what was shown is decided on, nothing else', `leave ${changing} away, or plan anew first`);
  return policy;
};

const given = (flags: Readonly<Record<string, boolean>>): string =>
  Object.entries(flags)
    .filter(([, isGiven]) => isGiven)
    .map(([name]) => name)
    .join(', ');

const refusal = (what: string, next: string): PatchdeckError =>
  new PatchdeckError('input', 'plan.two-ways', `${what}; nothing was done`, next);
