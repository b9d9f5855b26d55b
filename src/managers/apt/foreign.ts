import {linesOf, sections} from '../../model/answer.ts';
import {foreignPackageSchema, type ForeignPackage} from '../../model/package.ts';
import {defineScript, type Probe} from '../../model/script.ts';
import {compareDpkg} from '../../versions/dpkg.ts';

const verb = 'apt.foreign';

/**
 * Installed packages that are not the distribution's own, by what `apt-cache policy` knows of their versions. A version that an archive
 * of the distribution has is left out on the host already: that is nearly all. One that no archive has (any more) is the distribution's
 * when it offers the same or a newer one and nobody else has the package.
 */
export const foreign: Probe<undefined, ForeignPackage[]> = {
  script: () =>
    defineScript(
      verb,
      {},
      `
export LC_ALL=C
files=$(apt-cache policy)
printf '@@ files\\n%s\\n@@ packages\\n' "$files"
{
  printf '%s\\n@@\\n' "$files"
  dpkg-query -W -f='\${db:Status-Abbrev} \${Package}:\${Architecture}\\n' |
    awk '$1 ~ /^.[^cn]/ {sub(/:all$/, "", $2); print $2}' | xargs apt-cache policy
} | awk '
  $0 == "@@" {tables = 1; next}
  !tables && /^ *-?[0-9]+ / {file = $0; sub(/^ *-?[0-9]+ /, "", file); next}
  !tables && /^ *release / {if ($0 ~ /[ ,]o=(Debian|Ubuntu|UbuntuESM[A-Za-z]*)(,|$)/) own[file] = 1; next}
  !tables {next}
  /^[^ ]/ {if (told) printf "%s", table; table = ""; told = 0; here = 0}
  {table = table $0 "\\n"}
  /^ \\*\\*\\* / {told = 1; here = 1; next}
  /^     [^ ]/ {here = 0; next}
  here && /^ *-?[0-9]+ / {file = $0; sub(/^ *-?[0-9]+ /, "", file); if (file in own) told = 0}
  END {if (told) printf "%s", table}'
echo '@@ end'`,
      {root: false},
    ),
  parse: raw => {
    const found = sections(verb, raw);
    const origins = originsOf(linesOf(verb, found, 'files'));
    return tablesOf(linesOf(verb, found, 'packages')).flatMap(table => {
      const origin = originOf(table, origins);
      return origin === ownOrigin ? [] : [foreignPackageSchema.parse({name: table.name, origin})];
    });
  },
};

/** Stands for every archive of the distribution itself; backports have no records of their own, and are not among them. */
const ownOrigin = Symbol('the distribution');
type Origin = string | typeof ownOrigin;
/** What a host has installed is in this file whatever archive it came from. */
const statusFile = '/var/lib/dpkg/status';

type Table = {name: string; versions: {version: string; installed: boolean; files: string[]}[]};

/** null: nobody has the version, so that it is not known whose it is. */
const originOf = (table: Table, origins: ReadonlyMap<string, Origin>): Origin | null => {
  const from = (files: readonly string[]): Origin[] =>
    files.filter(file => file !== statusFile).map(file => origins.get(file) ?? 'an archive without a name');
  const here = table.versions.find(({installed}) => installed);
  if (here === undefined) return null;
  const known = from(here.files);
  if (known.includes(ownOrigin)) return ownOrigin;
  if (known[0] !== undefined) return known[0];
  const elsewhere = table.versions.filter(item => item !== here);
  const isOfferedNewer = elsewhere.some(
    ({version, files}) => from(files).includes(ownOrigin) && compareDpkg(version, here.version) >= 0,
  );
  const isOnlyOwn = elsewhere.flatMap(({files}) => from(files)).every(origin => origin === ownOrigin);
  return isOfferedNewer && isOnlyOwn ? ownOrigin : null;
};

/** ` 500 http://mirror.example/debian bookworm/main amd64 Packages`, its release in the line below. */
const originsOf = (lines: readonly string[]): Map<string, Origin> => {
  const found = new Map<string, Origin>();
  let file = '';
  for (const line of lines) {
    const named = /^ *-?\d+ (.+)$/.exec(line)?.[1];
    if (named !== undefined) file = named;
    const release = /^ *release (.+)$/.exec(line)?.[1];
    const origin = /(?:^|,)o=([^,]+)/.exec(release ?? '')?.[1];
    if (origin !== undefined)
      found.set(file, /^(Debian|Ubuntu|UbuntuESM\w*)$/.test(origin) ? ownOrigin : origin);
  }
  return found;
};

const tablesOf = (lines: readonly string[]): Table[] => {
  const tables: Table[] = [];
  for (const line of lines) {
    const name = /^([a-z0-9][a-z0-9+.-]*)(?::[a-z0-9-]+)?:$/.exec(line)?.[1];
    if (name !== undefined) tables.push({name, versions: []});
    const [, mark, version] = /^ (\*\*\*| {3}) (\S+) -?\d+$/.exec(line) ?? [];
    if (version !== undefined) tables.at(-1)?.versions.push({version, installed: mark === '***', files: []});
    const file = /^ {6,}-?\d+ (.+)$/.exec(line)?.[1];
    if (file !== undefined) tables.at(-1)?.versions.at(-1)?.files.push(file);
  }
  return tables;
};
