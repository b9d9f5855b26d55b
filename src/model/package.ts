import {z} from 'zod';
import {cleanLine} from './clean.ts';
import {repositoryAdvisorySchema} from './repository-advisory.ts';

/** Package managers of distributions, and `custom/NAME`: an application's own updater, as the inventory states it. */
export const managerIdSchema = z.union([
  z.enum(['apt', 'dnf4', 'dnf5', 'yum', 'zypper', 'apk']),
  z.templateLiteral(['custom/', z.string().regex(/[a-z][a-z0-9-]{0,30}/)]),
]);
export type ManagerId = z.infer<typeof managerIdSchema>;

/**
 * Names, versions and architectures as the packages of any manager have them: one alphabet, of which no word means anything to a
 * shell or is taken for a flag. What a manager cannot have in it refuses itself.
 */
export const packageNameSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9+._-]{0,127}$/);
export const packageVersionSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.+:~^_-]{0,127}$/);
export const architectureSchema = z.string().regex(/^[a-z0-9_-]{1,32}$/);

export const installedPackageSchema = z.object({
  /** Scans of before there were several are of apt alone. */
  manager: managerIdSchema.default('apt'),
  name: packageNameSchema,
  arch: architectureSchema,
  version: packageVersionSchema,
  source: z.string(),
  sourceVersion: z.string(),
  /** How it is, as its manager calls it: dpkg's two letters, `ii` in a database that has installed packages only. */
  status: z.string().regex(/^[a-zA-Z][a-zA-Z -]{0,29}$/),
  /** Whether that is installed and configured, where it is not dpkg's letters that say it. */
  settled: z.boolean().exactOptional(),
});
export type InstalledPackage = z.infer<typeof installedPackageSchema>;

/** Installed and configured, wanted (`ii`) or held (`hi`). */
export const isSettled = ({status, settled}: Pick<InstalledPackage, 'status' | 'settled'>): boolean =>
  settled ?? (status === 'ii' || status === 'hi');

/** An installed package that is not the distribution's own. */
export const foreignPackageSchema = z.object({
  name: packageNameSchema,
  /** Whose it is, as its archive says; null: no archive has the version, so that nobody knows. */
  origin: z
    .string()
    .transform(text => cleanLine(text, 100))
    .nullable(),
});
export type ForeignPackage = z.infer<typeof foreignPackageSchema>;

/** Why a pending update would not be installed. Each has its `nextStep`. */
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

/** Nothing keeps it back, or an operator overrides what does by choosing it: the plan then shows what comes with it. */
export const isChoosable = (why: NotInstalledClass | undefined): boolean =>
  why === undefined || why === 'needs-new-or-removed' || why === 'third-party';

const nextSteps: Readonly<Record<NotInstalledClass, string>> = {
  held: 'ask its owner why it is held, then release it on the host',
  phased: 'the distribution rolls it out in steps; it is offered in some days',
  'needs-new-or-removed': 'choose it by name: the plan then shows what is added and removed',
  excluded: 'excluded by policy; change the policy or add an exception',
  'broken-dependency': 'try to install it on the host: something it needs is missing',
  'third-party': 'not from the distribution: no feed covers it; choose it by name if its vendor says so',
  'needs-subscription': 'attach the host to the subscription that holds the fix',
  'no-fix-yet': 'no fixed version exists; mitigate and look again',
  'end-of-life': 'the release has no security support any more: plan its upgrade',
};

/** What to type on the host, where a class asks for it. */
const commands: Partial<Record<ManagerId, Partial<Record<NotInstalledClass, string>>>> = {
  apt: {
    held: 'apt-mark unhold',
    excluded: 'apt-cache policy',
    'broken-dependency': 'apt-get -s install',
    'needs-subscription': 'pro attach',
  },
  dnf4: {
    held: 'dnf versionlock delete',
    excluded: 'grep -rE "exclude|priority" /etc/dnf /etc/yum.repos.d',
    'broken-dependency': 'dnf --assumeno --best upgrade',
  },
  dnf5: {
    held: 'dnf5 versionlock delete',
    excluded: 'grep -r exclude /etc/dnf /etc/yum.repos.d',
    'broken-dependency': 'dnf5 upgrade --assumeno',
  },
  apk: {held: 'apk add NAME, without a version', 'broken-dependency': 'apk add --simulate'},
  yum: {
    held: 'yum versionlock delete',
    excluded: 'grep -r exclude /etc/yum.conf /etc/yum.repos.d',
    'broken-dependency': 'yum --assumeno update',
  },
  zypper: {
    held: 'zypper removelock',
    excluded: 'zypper repos --priority',
    'broken-dependency': 'zypper install --dry-run',
  },
};

/** What to do about an update that would not be installed. */
export const nextStep = (why: NotInstalledClass, manager: ManagerId): string => {
  const command = commands[manager]?.[why];
  return command === undefined ? nextSteps[why] : `${nextSteps[why]} (${command})`;
};

/** Whether something closes a security hole; null: whoever offers it does not say, which is never "no". */
export const securitySchema = z.boolean().nullable();

/** What documents of before null was known call no security fix, though nobody knew where it comes from. */
export const sayUnknown = <Told extends {origin: string; security: boolean | null}>(told: Told): Told =>
  told.origin === 'unknown' && told.security === false ? {...told, security: null} : told;

/** A pending update on one host. */
const currentUpdateSchema = z.object({
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
  security: securitySchema,
  /** What its repository says of it; empty: nothing of this one. Absent: it has no advisories, or is not asked for any. */
  advisories: z.array(repositoryAdvisorySchema).max(200).exactOptional(),
  /** What is fetched for it, new packages of its source that come with it included; absent: unknown. */
  bytes: z.int().min(0).optional(),
  /** Set when the plain upgrade would not install it. */
  notInstalled: notInstalledClassSchema.optional(),
});
export type Update = z.infer<typeof currentUpdateSchema>;
export const updateSchema = currentUpdateSchema.transform(sayUnknown);

/** One exact change. from null: added; to null: removed. */
export const changeSchema = z.object({
  manager: managerIdSchema,
  name: packageNameSchema,
  arch: architectureSchema,
  from: packageVersionSchema.nullable(),
  to: packageVersionSchema.nullable(),
  /** It comes beside other versions of the package, which stay, or leaves them: kernels of RPM. */
  beside: z.literal(true).exactOptional(),
});
export type Change = z.infer<typeof changeSchema>;

/** `apt/libssl3:amd64`, the key under which a package is compared. */
export const packageKey = (item: {manager: ManagerId; name: string; arch: string}): string =>
  `${item.manager}/${item.name}:${item.arch}`;
