import {z} from 'zod';
import {badAnswer, linesOf, sections} from '../../model/answer.ts';
import {cleanLine} from '../../model/clean.ts';
import {updateSchema, type NotInstalledClass, type Update} from '../../model/package.ts';
import {repositoryAdvisorySchema} from '../../model/repository-advisory.ts';
import {defineScript, type Probe} from '../../model/script.ts';
import {severityOf} from '../../model/severity-word.ts';
import {compareRpm} from '../../versions/rpm.ts';
import {parseTable} from './table.ts';
import {environment} from './transaction.ts';
import type {Pending} from '../manager.ts';
import {printOwnVendor, sourceOf, withEpoch} from '../rpm/database.ts';

const verb = 'dnf5.pending';
const tags = ['name', 'arch', 'evr', 'sourcerpm', 'repoid', 'downloadsize', 'vendor'];

/**
 * All that would be newer without any exclusion (a lock of a version is one, too), against what dnf5 would really install: what is
 * missing there has a class. `-C`: by the lists as they were refreshed. A repository says of an update whether it closes a hole only where
 * it has advisories at all.
 */
export const pending: Probe<undefined, Pending> = {
  script: () =>
    defineScript(
      verb,
      {},
      `
${environment}
tab=$(printf '\\t')
query() { dnf5 -q -C repoquery --upgrades --latest-limit=1 --qf "${tags.map(tag => `%{${tag}}`).join('${tab}')}\\n" "$@"; }
echo '@@ every'; query --setopt=disable_excludes='*' || return 1
echo '@@ offered'; query || return 1
echo '@@ table'; dnf5 -q -C --assumeno upgrade 2>/dev/null
echo '@@ advisories'; dnf5 -q -C advisory info --updates --json --setopt=disable_excludes='*'
echo '@@ advised'
for cache in /var/cache/libdnf5/*/repodata/*updateinfo*; do
  [ ! -e "$cache" ] || printf '%s\\n' "$cache" | sed 's#^/var/cache/libdnf5/\\(.*\\)-[0-9a-f]*/repodata/.*#\\1#'
done | sort -u
echo '@@ locked'
${printLocked}
echo '@@ own'
${printOwnVendor}
echo '@@ installed'; rpm -qa --qf '%{NAME}\\t%{ARCH}\\t%{EPOCHNUM}\\t%{VERSION}-%{RELEASE}\\n'
echo '@@ end'`,
      {root: false},
    ),
  parse: raw => {
    const found = sections(verb, raw);
    const offered = new Set(linesOf(verb, found, 'offered').map(line => keyOf(readOffer(line))));
    const {taken, skipped} = parseTable(verb, linesOf(verb, found, 'table'));
    const locked = new Set(linesOf(verb, found, 'locked'));
    const own = linesOf(verb, found, 'own')[0] ?? '';
    const world: World = {
      here: linesOf(verb, found, 'installed').map(readInstalled),
      advised: new Set(linesOf(verb, found, 'advised')),
      advisories: readAdvisories(linesOf(verb, found, 'advisories').join('\n')),
    };
    const whyNot = (offer: Offer): NotInstalledClass | undefined => {
      const item = taken.find(each => keyOf(each) === keyOf(offer));
      if (item?.replacing.some(old => old.name !== offer.name)) return 'needs-new-or-removed';
      if (item !== undefined) return isAnothers(own, offer) ? 'third-party' : undefined;
      if (locked.has(offer.name)) return 'held';
      const isOffered = offered.has(keyOf(offer)) || skipped.some(({name}) => name === offer.name);
      return isOffered ? 'broken-dependency' : 'excluded';
    };
    // Of two repositories that have the same, the one that says something of it.
    const all = linesOf(verb, found, 'every').map(readOffer);
    const offers = [...Map.groupBy(all, keyOf).values()].flatMap(
      same => same.find(({repository}) => world.advised.has(repository)) ?? same[0] ?? [],
    );
    // What comes anew and takes another's place is an update of that.
    const successors = taken.filter(
      item => item.replacing.length > 0 && !offers.some(offer => keyOf(offer) === keyOf(item)),
    );
    return [
      ...offers.map(offer => updateOf(offer, world, whyNot(offer))),
      ...successors.map(({name, arch, version, repository}) =>
        updateOf(
          {name, arch, version, repository, sourceRpm: '', bytes: '', vendor: ''},
          world,
          'needs-new-or-removed',
        ),
      ),
    ];
  },
};

/** Shell text: installed packages that are locked to one version. Of one that is only kept below or from a version another may come. */
export const printLocked = `
awk -F'"' '/^\\[\\[packages\\]\\]/ {name = ""} /^name *=/ {name = $2} /^comparator *= *"="/ && name != "" {print name; name = ""}' /etc/dnf/versionlock.toml 2>/dev/null |
  while IFS= read -r pattern; do rpm -qa --qf '%{NAME}\\n' "$pattern"; done | sort -u`;

type Installed = {name: string; arch: string; version: string};
type Offer = Installed & {repository: string; sourceRpm: string; bytes: string; vendor: string};
type RepositoryAdvisory = z.infer<typeof repositoryAdvisorySchema>;
type Advised = {kind: string; advisory: RepositoryAdvisory; packages: {name: string; version: string}[]};
type World = {here: Installed[]; advised: ReadonlySet<string>; advisories: Advised[]};

const keyOf = ({name, arch, version}: Installed): string => `${name} ${arch} ${version}`;

const isAnothers = (own: string, {vendor}: Offer): boolean => own !== '' && vendor !== '' && vendor !== own;

const readOffer = (line: string): Offer => {
  const [name = '', arch = '', version = '', sourceRpm = '', repository = '', bytes = '', vendor] =
    line.split('\t');
  if (vendor === undefined) throw badAnswer(verb, `"${cleanLine(line, 80)}" is no update`);
  return {name, arch, version, sourceRpm, repository, bytes, vendor};
};

const readInstalled = (line: string): Installed => {
  const [name = '', arch = '', epoch = '', versionRelease = ''] = line.split('\t');
  return {name, arch, version: withEpoch(epoch, versionRelease)};
};

const updateOf = (
  offer: Offer,
  {here, advised, advisories}: World,
  why: NotInstalledClass | undefined,
): Update => {
  const {name, arch, version, repository, sourceRpm, bytes} = offer;
  const same = here.filter(each => each.name === name);
  const installed = [...same.filter(each => each.arch === arch), ...same]
    .map(each => each.version)
    .reduce<string | null>(
      (newest, each) => (newest === null || compareRpm(each, newest) > 0 ? each : newest),
      null,
    );
  const own = advisories.filter(({packages}) =>
    packages.some(
      each =>
        each.name === name &&
        compareRpm(each.version, version) <= 0 &&
        (installed === null || compareRpm(each.version, installed) > 0),
    ),
  );
  const isAdvised = advised.has(repository);
  const parsed = updateSchema.safeParse({
    manager: 'dnf5',
    name,
    arch,
    installed,
    candidate: version,
    ...sourceOf(sourceRpm, name, version),
    origin: cleanLine(repository, 100),
    security: own.some(({kind}) => kind === 'security') || (isAdvised ? false : null),
    ...(isAdvised || own.length > 0 ? {advisories: own.map(({advisory}) => advisory)} : {}),
    ...(/^\d{1,15}$/.test(bytes) ? {bytes: Number(bytes)} : {}),
    ...(why === undefined ? {} : {notInstalled: why}),
  });
  if (!parsed.success) throw badAnswer(verb, `"${cleanLine(keyOf(offer), 80)}" is no update`);
  return parsed.data;
};

const advisoriesSchema = z.array(
  z.object({
    Name: z.string(),
    Type: z.string(),
    Severity: z.string(),
    references: z.array(z.object({Id: z.string(), Type: z.string()})),
    collections: z.object({packages: z.array(z.string()).default([])}).prefault({}),
  }),
);

const readAdvisories = (text: string): Advised[] => {
  const answer = advisoriesSchema.safeParse(asJson(text));
  if (!answer.success) throw badAnswer(verb, 'its advisories are not what dnf5 says of any');
  return answer.data.flatMap(({Name, Type, Severity, references, collections}) => {
    const severity = severityOf(Severity);
    const cves = references.flatMap(({Id, Type: kind}) =>
      kind === 'cve' && /^CVE-\d{4}-\d{4,19}$/.test(Id) ? [Id] : [],
    );
    const advisory = repositoryAdvisorySchema.safeParse({
      id: Name,
      ...(severity === undefined ? {} : {severity}),
      cves: [...new Set(cves)].sort(),
    });
    if (!advisory.success) return [];
    const packages = collections.packages.flatMap(nevra => {
      const [, name, version] = /^(.+)-([^-]+-[^-]+)\.[^.]+$/.exec(nevra) ?? [];
      return name === undefined || version === undefined ? [] : [{name, version}];
    });
    return [{kind: Type, advisory: advisory.data, packages}];
  });
};

const asJson = (text: string): unknown => {
  try {
    return JSON.parse(text === '' ? '[]' : text);
  } catch {
    return undefined;
  }
};
