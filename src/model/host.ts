import {z} from 'zod';
import {customManagersSchema} from './custom.ts';
import {managerIdSchema} from './package.ts';

export const criticalities = ['low', 'medium', 'high', 'critical'] as const;
export const exposures = ['isolated', 'internal', 'internet'] as const;
export const dataClasses = ['public', 'internal', 'confidential', 'regulated'] as const;
export const becomes = ['none', 'sudo', 'doas'] as const;
/** What carries commands to a host; not stated: chosen by what its ssh configuration needs. */
export const transports = ['ssh2', 'system', 'local'] as const;

/** A name as DNS labels and inventories have them; never begins with `-`, so it cannot be taken for a flag. */
export const hostNameSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}$/,
    'a host name has letters, digits, ".", "_" and "-", and begins with none of "." and "-"',
  );

const hop = String.raw`(?:[A-Za-z0-9_.][A-Za-z0-9_.\\-]{0,63}@)?(?:[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?`;
/** The hosts on the way to another, the nearest first, as ProxyJump has them: `ops@bastion:2222,inner`. */
export const jumpSchema = z
  .string()
  .regex(
    new RegExp(`^${hop}(?:,${hop})*$`),
    'a jump host is [user@]host[:port]; several have a comma between',
  );

export const smokeCheckSchema = z.union([
  z.strictObject({
    unit: z.string().regex(/^[A-Za-z0-9:_.@\\-]+\.[a-z]+$/, 'a unit with its type, as nginx.service'),
  }),
  z.strictObject({tcp: z.int().min(1).max(65_535)}),
  z.strictObject({
    http: z.strictObject({
      url: z
        .string()
        .regex(/^https?:\/\//, 'a URL that begins with http:// or https://; {address} stands for the host'),
      status: z.int().min(100).max(599).default(200),
    }),
  }),
  z.strictObject({command: z.string().min(1).max(1000)}),
]);
/** `unit` and `command` are asked on the host, `tcp` and `http` from the console. */
export type SmokeCheck = z.infer<typeof smokeCheckSchema>;

/** How a host is set aside while it is changed, in this order: alerts are silenced before traffic is drained, and come back after it. */
export const asideKinds = ['silence', 'drain'] as const;
export type AsideKind = (typeof asideKinds)[number];
const asideCommand = z.string().regex(/^[^\p{C}]{1,1000}$/u, 'a command on one line, for sh');
/** Commands for sh, as root on the host: what begins it, and what ends it. */
export const asideSchema = z.strictObject({start: asideCommand, end: asideCommand});

/** A host as the inventory gives it, groups and defaults already applied. What is not stated is missing: it never counts as low. */
export const hostSchema = z.object({
  name: hostNameSchema,
  address: z.string().min(1).max(255),
  port: z.int().min(1).max(65_535).optional(),
  user: z.string().min(1).max(64).optional(),
  become: z.enum(becomes),
  transport: z.enum(transports).optional(),
  /** Instead of what ssh's configuration says of it. */
  jump: jumpSchema.optional(),
  /** The host of this fleet it runs on, as a virtual machine or container. */
  runsOn: hostNameSchema.optional(),
  groups: z.array(z.string()),
  criticality: z.enum(criticalities).optional(),
  exposure: z.enum(exposures).optional(),
  data: z.enum(dataClasses).optional(),
  /** Deployed in the test stage, before every wave. */
  canary: z.boolean(),
  /** Waves go in ascending order. */
  wave: z.int().min(1).max(1000),
  /** The groups of this host whose members are deployed one at a time. */
  oneAtATime: z.array(z.string()),
  owner: z.string().optional(),
  tags: z.array(z.string()),
  smoke: z.array(smokeCheckSchema),
  silence: asideSchema.optional(),
  drain: asideSchema.optional(),
  /** Package managers that are known from their documentation only, and that somebody has tried on such a host: they may patch it. */
  tried: z.array(managerIdSchema).optional(),
  /** Updaters of applications on it, by name. */
  custom: customManagersSchema.optional(),
});
export type Host = z.infer<typeof hostSchema>;

export type Inventory = {fleet: string; hosts: Host[]; groups: string[]};
