import {z} from 'zod';

/** What a host is, as asked at `identify`. */
export const factsSchema = z.object({
  os: z.object({id: z.string(), version: z.string(), codename: z.string(), name: z.string()}),
  arch: z.string(),
  kernel: z.object({
    running: z.string(),
    /** Newest installed kernel of the running flavour; null where there is none, as in containers. */
    newest: z.string().nullable(),
  }),
  bootId: z.string(),
  machineId: z.string(),
  /** Name of the container technology, null on metal and in virtual machines. */
  container: z.string().nullable(),
  /** The host's clock, seconds since 1970. */
  clock: z.number(),
  timeZone: z.string(),
  /** Package managers found, by id. */
  managers: z.array(z.string()),
  held: z.array(z.string()),
  /** Packages marked as automatically installed. */
  automatic: z.array(z.string()),
  /** What `dpkg --audit` names: half-installed or half-configured packages. */
  broken: z.array(z.string()),
  /** Packages that asked for a reboot (/run/reboot-required.pkgs), or one entry that says why. */
  rebootWanted: z.array(z.string()),
  /** Why it is not known whether packages asked for one, a sentence each; absent where it is known, and in older scans. */
  rebootUnknown: z.array(z.string()).exactOptional(),
});
export type Facts = z.infer<typeof factsSchema>;

/** How a host is doing at one moment: compared before against after. */
export const baselineSchema = z.object({
  at: z.string(),
  /** Why nobody knows which services failed and run; then none are named. Absent where it is known. */
  servicesUnknown: z.string().exactOptional(),
  failedUnits: z.array(z.string()),
  /** Services with a process; those that ran once and are counted as active are not among them: a reboot changes which did. */
  activeServices: z.array(z.string()),
  /** The same of sockets. */
  socketsUnknown: z.string().exactOptional(),
  /** `tcp 0.0.0.0:22`, `udp [::]:123`. */
  sockets: z.array(z.string()),
  mounts: z.array(z.string()),
  disks: z.array(z.object({mount: z.string(), freeBytes: z.number(), sizeBytes: z.number()})),
  /** One minute load average. */
  load: z.number(),
  /** Memory the kernel says is available. */
  availableBytes: z.number(),
});
export type Baseline = z.infer<typeof baselineSchema>;

/** One thing that is worse after than before; `unit` is set when a service can be named. */
export type Regression = {what: string; unit?: string};
