import {z} from 'zod';
import type {Command} from 'commander';
import {PatchdeckError} from '../src/model/error.ts';
import {hostNameSchema} from '../src/model/host.ts';
import {repeated} from './flags.ts';
import type {Session} from './session.ts';

/** What opens the gate between test and deploy: each its own flag, none answered by --yes. */
export const gateFlags = z.object({
  signOff: z.string().trim().min(1).max(100).optional(),
  acceptNoRollback: z.array(hostNameSchema).default([]),
  leaveOut: z.array(hostNameSchema).default([]),
  reason: z.string().trim().min(1).max(500).optional(),
});
export type GateFlags = z.infer<typeof gateFlags>;

export const withGateFlags = (command: Command): Command =>
  command
    .option('--sign-off <name>', 'the test is good: who says so; needs --reason')
    .option('--accept-no-rollback <host>', 'deploy to a host that cannot go back; may be repeated', repeated)
    .option('--leave-out <host>', 'a host that does not take part any more; may be repeated', repeated)
    .option('--reason <text>', 'why');

/** Checks them. Throws `flags.invalid`; a sign-off without a reason is none. */
export const readGateFlags = <Flags extends GateFlags>(flags: Flags): Flags => {
  if (flags.signOff === undefined || flags.reason !== undefined) return flags;
  throw new PatchdeckError(
    'input',
    'flags.invalid',
    '--sign-off needs a reason; nothing was done',
    'add --reason TEXT: what was looked at',
  );
};

/** Submits the words that flags gave about hosts. */
export const submitHostWords = async (session: Session, flags: GateFlags): Promise<void> => {
  const reason = flags.reason ?? 'on the command line';
  const {leaveOut, acceptNoRollback} = flags;
  if (leaveOut.length > 0) await session.submit({type: 'leave-out', hosts: leaveOut, reason});
  if (acceptNoRollback.length > 0) {
    await session.submit({type: 'accept-no-rollback', hosts: acceptNoRollback, reason});
  }
};

/** Signs the test off when the flags say so. */
export const submitSignOff = async (session: Session, flags: GateFlags): Promise<void> => {
  const {signOff: name, reason} = flags;
  if (name === undefined || reason === undefined) return;
  await session.submit({type: 'sign-off', stage: 'test', name, reason});
};
