import type {z} from 'zod';
import type {DemoHost} from '../host.ts';

/** How the host answers a script: what its text would have printed. */
export type Verb = {
  /** How long it takes, ms at speed 1. */
  tookMs: number;
  /** Throws a ZodError for arguments that are not the script's. */
  reply(host: DemoHost, args: unknown, now: number): string;
};

export const verb = <Schema extends z.ZodType>(
  tookMs: number,
  schema: Schema,
  reply: (host: DemoHost, args: z.infer<Schema>, now: number) => string,
): Verb => ({
  tookMs,
  reply: (host, args, now) => reply(host, schema.parse(args), now),
});
