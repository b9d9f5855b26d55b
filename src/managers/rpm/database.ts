import type {ForeignPackage, InstalledPackage, ManagerId} from '../../model/package.ts';
import {foreignPackageSchema, installedPackageSchema} from '../../model/package.ts';
import {badAnswer, linesOf, sections} from '../../model/answer.ts';
import {cleanLine} from '../../model/clean.ts';
import {defineScript, type Probe} from '../../model/script.ts';
import type {Complaint} from '../manager.ts';
import {printUnitFile} from '../unit-file.ts';

/** Shell text: the database is there and has packages; Debian's rpm tools have an empty one. */
export const hasPackages = '[ -n "$(rpm -qa 2>/dev/null | head -n 1)" ]';

/** Shell text: `$database` is one and no more. An rpm that does not say where its own is would have the whole host copied. */
export const isDatabase = `{ [ -n "$database" ] && { [ -f "$database/rpmdb.sqlite" ] || [ -f "$database/Packages.db" ] || [ -f "$database/Packages" ]; }; }`;

/** The public keys that rpm keeps among its packages are none. */
const noKeys = "grep -v '^gpg-pubkey\t'";

export const installedOf = (manager: ManagerId): Probe<undefined, InstalledPackage[]> => {
  const verb = `${manager}.installed`;
  return {
    script: () =>
      defineScript(
        verb,
        {},
        `
export LC_ALL=C
echo '@@ packages'
rpm -qa --qf '%{NAME}\\t%{EPOCHNUM}\\t%{VERSION}-%{RELEASE}\\t%{ARCH}\\t%{SOURCERPM}\\n' | ${noKeys}
echo '@@ end'`,
        {root: false},
      ),
    parse: raw =>
      linesOf(verb, sections(verb, raw), 'packages').map(line => {
        const [name = '', epoch = '', versionRelease = '', arch, sourceRpm = ''] = line.split('\t');
        const version = withEpoch(epoch, versionRelease);
        const entry = installedPackageSchema.safeParse({
          manager,
          name,
          version,
          arch,
          ...sourceOf(sourceRpm, name, version),
          status: 'ii',
        });
        if (!entry.success) throw badAnswer(verb, `"${cleanLine(line, 80)}" is no package`);
        return entry.data;
      }),
  };
};

/**
 * Shell text: whose the distribution is, by the vendor of the package that says which release this is. What rpm finds nothing for it says where
 * its answer is looked for.
 */
export const printOwnVendor = `{ said=$(rpm -q --qf '%{VENDOR}\\n' --whatprovides system-release 2>/dev/null) ||
  said=$(rpm -qf --qf '%{VENDOR}\\n' /etc/os-release 2>/dev/null); } && printf '%s\\n' "$said" | head -n 1`;

/** By who packed it: everybody else's packages than the distribution's. SUSE's own are openSUSE's too, as libzypp has it (VendorAttr). */
export const foreignOf = (manager: ManagerId): Probe<undefined, ForeignPackage[]> => {
  const verb = `${manager}.foreign`;
  return {
    script: () =>
      defineScript(
        verb,
        {},
        `
export LC_ALL=C
own=$(${printOwnVendor})
echo '@@ packages'
rpm -qa --qf '%{NAME}\\t%{VENDOR}\\n' | ${noKeys} | own=$own awk -F'\\t' '
  function vendor(name) {name = tolower(name); return name == "opensuse" || name ~ /^suse/ ? "suse" : name}
  vendor($2) != vendor(ENVIRON["own"])'
echo '@@ end'`,
        {root: false},
      ),
    parse: raw =>
      linesOf(verb, sections(verb, raw), 'packages').map(line => {
        const [name, vendor = '(none)'] = line.split('\t');
        return foreignPackageSchema.parse({name, origin: vendor === '(none)' ? null : vendor});
      }),
  };
};

/** As rpm's own tools write a version: an epoch of 0 is none. */
export const withEpoch = (epoch: string, versionRelease: string): string =>
  epoch === '' || epoch === '0' || epoch === '(none)' ? versionRelease : `${epoch}:${versionRelease}`;

/** `bash-5.1.8-6.el9.src.rpm` is of `bash`. The file's name has no epoch: the version is the package's own, of which all of a build have one. */
export const sourceOf = (
  sourceRpm: string,
  name: string,
  version: string,
): {source: string; sourceVersion: string} => ({
  source: /^(.+)-[^-]+-[^-]+\.(?:no)?src\.rpm$/.exec(sourceRpm)?.[1] ?? name,
  sourceVersion: version,
});

/** Shell text for any user: packages that an interrupted transaction left twice. Of kernels and their like there may be several. */
export const twice = `rpm -qa --qf '%{NAME}\\t%{ARCH}\\n' 2>/dev/null | ${noKeys} | sort | uniq -d | while read -r name arch; do
  rpm -q --provides "$name.$arch" | grep -qE '^(installonlypkg|multiversion)\\(|^kernel(-|$| )' || printf '%s\\n' "$name"
done`;

/** Shell text for root: processes that hold the lock of rpm's database. */
export const lockHolders = `lock="$(rpm -E %_dbpath)/.rpm.lock"
if [ -e "$lock" ]; then
  inode=$(stat -c %i "$lock")
  awk -v inode="$inode" '{n = split($6, part, ":"); if (part[n] == inode) print $5}' /proc/locks
fi | sort -u | while read -r pid; do printf '%s (pid %s)\\n' "$(cat /proc/$pid/comm 2>/dev/null)" "$pid"; done`;

/** Shell text for root: processes that hold a lock which is a file with their number. */
export const lockFileHolders = (...files: readonly string[]): string => `for lock in ${files.join(' ')}; do
  pid=$(cat "$lock" 2>/dev/null) && [ -d "/proc/$pid" ] && printf '%s (pid %s)\\n' "$(cat /proc/$pid/comm)" "$pid"
done`;

/** The package that brings the unit, and those whose scriptlets name it. */
export const ownersOf = (manager: ManagerId): Probe<{unit: string}, string[]> => {
  const verb = `${manager}.owners`;
  return {
    script: ({unit}) =>
      defineScript(
        verb,
        {unit},
        `
export LC_ALL=C
echo '@@ packages'
path=$(${printUnitFile})
[ -z "$path" ] || rpm -qf --qf '%{NAME}\\n' -- "$path" 2>/dev/null | grep -v ' '
rpm -qa --qf '@@package %{NAME}\\n%{PREIN}\\n%{POSTIN}\\n%{PREUN}\\n%{POSTUN}\\n%{POSTTRANS}\\n' | unit=$1 awk '
  BEGIN {unit = ENVIRON["unit"]; short = unit; sub(/\\.service$/, "", short)}
  $1 == "@@package" {name = $2; next}
  {for (i = 1; i <= NF; i++) {word = $i; gsub(/[^A-Za-z0-9:_.@\\\\-]/, "", word); if (word == unit || word == short) print name}}' | sort -u
echo '@@ end'`,
        {root: false},
      ),
    parse: raw => [
      ...new Set(linesOf(verb, sections(verb, raw), 'packages').map(line => cleanLine(line, 130))),
    ],
  };
};

/**
 * Shell function `keep_complaints LOG`, in a staging directory: rpm calls a package installed whatever became of its scriptlets, and its
 * managers end with 0 all the same. What failed is kept with the time at which its package was installed: installed anew, it is mended.
 */
export const keepComplaints = `
keep_complaints() {
  # Of one in Lua rpm says less, and no manager's code says anything. What fails before (%pre, %preun) keeps the package as it was.
  sed -n -e 's/.*%\\([a-z]*\\)(\\([^ ()]*\\)) scriptlet failed.*/\\1 \\2/p' \\
    -e 's/.*lua script failed: \\[string "%\\([a-z]*\\)(\\([^ ()]*\\))".*/\\1 \\2/p' "$1" | grep -v '^pre' | sort -u |
    while read -r part nevra; do
    name=\${nevra%-*-*}; arch=\${nevra##*.}
    rpm -q --qf "%{NAME}\\t%{ARCH}\\t%{INSTALLTIME}\\t$part\\n" "$name.$arch" | grep '	' >> complaints
  done
}`;

export const complaintsOf = (manager: ManagerId): Probe<{directory: string}, Complaint[]> => {
  const verb = `${manager}.complaints`;
  return {
    script: ({directory}) =>
      defineScript(
        verb,
        {directory},
        `
export LC_ALL=C
echo '@@ complaints'
if [ -f "$1/complaints" ]; then
  sort -u "$1/complaints" | while IFS='	' read -r name arch time part; do
    rpm -q --qf '%{INSTALLTIME}\\n' "$name.$arch" | grep -qx -e "$time" && printf '%s\\t%s\\n' "$name" "$part"
  done
fi
echo '@@ end'`,
        {root: true},
      ),
    parse: raw =>
      linesOf(verb, sections(verb, raw), 'complaints').map(line => {
        const [name = '', part = ''] = line.split('\t').map(word => cleanLine(word, 130));
        return {name, what: `the %${part} scriptlet of ${name} failed, though rpm calls it installed`};
      }),
  };
};
