import {z} from 'zod';

/** Package managers that can be planned with. */
export const managerIds = ['apt'] as const;
export const managerIdSchema = z.enum(managerIds);
export type ManagerId = z.infer<typeof managerIdSchema>;

/** Debian policy 5.6.1 (name) and 5.6.12 (version), and the architecture suffix of multi-arch. */
export const packageNameSchema = z.string().regex(/^[a-z0-9][a-z0-9+.-]{0,127}$/);
export const packageVersionSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.+:~-]{0,127}$/);
export const architectureSchema = z.string().regex(/^[a-z0-9-]{1,32}$/);

export const installedPackageSchema = z.object({
  name: packageNameSchema,
  arch: architectureSchema,
  version: packageVersionSchema,
  source: z.string(),
  sourceVersion: z.string(),
  /** dpkg's two letters: wanted and state. `ii` and `hi` are installed and configured. */
  status: z.string().regex(/^[a-zA-Z]{2}[a-zA-Z ]?$/),
});
export type InstalledPackage = z.infer<typeof installedPackageSchema>;

/** Why a pending update would not be installed. Each has its next step in `notInstalledSteps`. */
export const notInstalledClasses = [
  'held',
  'phased',
  'needs-new-or-removed',
  'excluded',
  'broken-dependency',
  'third-party',
  'needs-subscription',
  'no-fix-yet',
  'end-of-life',
] as const;
export const notInstalledClassSchema = z.enum(notInstalledClasses);
export type NotInstalledClass = z.infer<typeof notInstalledClassSchema>;

export const notInstalledSteps: Readonly<Record<NotInstalledClass, string>> = {
  held: 'ask its owner why it is held; release it on the host with apt-mark unhold',
  phased: 'the distribution rolls it out in steps; it is offered in some days',
  'needs-new-or-removed': 'choose it by name: the plan then shows what is added and removed',
  excluded: 'excluded by policy; change the policy or add an exception',
  'broken-dependency': 'look at apt-get -s install of it on the host: something it needs is missing',
  'third-party': 'not from the distribution: no feed covers it; choose it by name if its vendor says so',
  'needs-subscription': 'attach the host to the subscription that holds the fix',
  'no-fix-yet': 'no fixed version exists; mitigate and look again',
  'end-of-life': 'the release has no security support any more: plan its upgrade',
};

/** A pending update on one host. */
export const updateSchema = z.object({
  manager: managerIdSchema,
  name: packageNameSchema,
  arch: architectureSchema,
  /** null: a package that the upgrade would add. */
  installed: packageVersionSchema.nullable(),
  candidate: packageVersionSchema,
  source: z.string(),
  /** Version of the source package that the candidate is built from; the candidate's own where the archive does not say. */
  sourceVersion: z.string(),
  /** `Debian-Security:12/oldstable-security`, as apt says it. */
  origin: z.string(),
  security: z.boolean(),
  /** Set when the plain upgrade would not install it. */
  notInstalled: notInstalledClassSchema.optional(),
});
export type Update = z.infer<typeof updateSchema>;

/** One exact change. from null: added; to null: removed. */
export const changeSchema = z.object({
  manager: managerIdSchema,
  name: packageNameSchema,
  arch: architectureSchema,
  from: packageVersionSchema.nullable(),
  to: packageVersionSchema.nullable(),
});
export type Change = z.infer<typeof changeSchema>;

/** `libssl3:amd64`, the key under which a package is compared. */
export const packageKey = (item: {name: string; arch: string}): string => `${item.name}:${item.arch}`;
