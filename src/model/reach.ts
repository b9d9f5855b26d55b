import {z} from 'zod';
import {transports} from './host.ts';

const placeSchema = z.object({address: z.string().max(255), port: z.int()});

/** How a host was reached: what carried the commands and over which hosts. */
export const reachSchema = z.object({
  transport: z.enum(transports),
  /** Why this one, for people. */
  because: z.string().max(300),
  /** Where it was found, as ssh's configuration resolves it; absent for the machine itself. */
  at: placeSchema.exactOptional(),
  /** The jump hosts of its ProxyJump, the nearest first, by the names ssh's configuration has for them. */
  jumps: z.array(z.object({name: z.string().max(255), ...placeSchema.shape})).max(16),
});
export type Reach = z.infer<typeof reachSchema>;

/** `ssh2 through bastion`, `system ssh (web1 needs a ProxyCommand)`, `local`. */
export const describeReach = ({transport, because, jumps}: Reach): string => {
  const carrier = transport === 'system' ? `system ssh (${because})` : transport;
  return jumps.length === 0 ? carrier : `${carrier} through ${jumps.map(({name}) => name).join(', then ')}`;
};
