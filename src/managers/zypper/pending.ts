import {badAnswer, linesOf, sections} from '../../model/answer.ts';
import {updateSchema, type NotInstalledClass, type Update} from '../../model/package.ts';
import {defineScript, type Probe} from '../../model/script.ts';
import type {Pending} from '../manager.ts';
import {noRepository} from '../no-repository.ts';
import {patchesOf} from './advisories.ts';
import {answerOf, requireWhole, type ZypperAnswer} from './answers.ts';
import {detailsOf, type Details} from './details.ts';
import {askZypper, cloneRoot, printHeld} from './shell.ts';
import {elementsOf, type XmlElement} from './xml.ts';

const verb = 'zypper.pending';

/**
 * Pending updates, as any user may ask for them. What `lu --all` names and `lu` does not would be left out: each of these is solved for
 * by itself in a copy of the database, and how that ends says why. A package that comes in the place of one of another name is in neither
 * list: the dry run of the whole update names it.
 */
export const pending: Probe<undefined, Pending> = {
  script: () =>
    defineScript(
      verb,
      {},
      `${askZypper}${cloneRoot}
ask all list-updates --all; all=$answer
ask plain list-updates; plain=$answer
ask patches list-patches --all; patches=$answer
echo '@@ held'
${printHeld}
echo '@@ with-advisories'
for file in /var/cache/zypp/raw/*/repodata/*updateinfo.xml*; do
  [ ! -e "$file" ] || { alias=\${file#/var/cache/zypp/raw/}; printf '%s\\n' "\${alias%%/*}"; }
done | sort -u
make_clone || return 1
ask_clone whole update --dry-run
new=$(printf '%s\\n' "$answer" | awk '/<to-install>/ {on = 1} /<\\/to-install>/ {on = 0} on' |
  sed -n 's/^<solvable type="package" name="\\([^"]*\\)".*/\\1/p')
words() { printf '%s\\n' "$1" | grep -o '<update kind="package" name="[^"]*" edition="[^"]*" arch="[^"]*"' | cut -d'"' -f4,6,8 | sort -u; }
words "$plain" > "$clone/plain"
words "$all" | grep -vxF -f "$clone/plain" | head -n 100 > "$clone/left"
echo '@@ left'
while IFS='"' read -r name version arch; do
  ask_clone tried install --dry-run --force-resolution "$name.$arch=$version" > /dev/null
  case $answer in
    *'<to-change-vendor>'*) how=vendor ;;
    *'<to-install>'*|*'<to-remove>'*) how=others ;;
    *) how=alone ;;
  esac
  printf '%s.%s=%s\\t%s\\t%s\\n' "$name" "$arch" "$version" "$code" "$how"
done < "$clone/left"
drop_clone
ask repositories repos
ask packages info --obsoletes $(words "$all" | cut -d'"' -f1) $new
ids=$(printf '%s\\n' "$patches" | grep -o '<update kind="patch" name="[^"]*"' | cut -d'"' -f4 | sort -u)
[ -z "$ids" ] || ask advisories info --type patch $ids
echo '@@ end'`,
      {root: false},
    ),
  parse: raw => {
    const found = sections(verb, raw);
    const part = (name: string): XmlElement => requireWhole(verb, answerOf(verb, found, name));
    const plain = new Set(offersOf(part('plain')).map(keyOf));
    const held = new Set(linesOf(verb, found, 'held'));
    const left = leftOf(linesOf(verb, found, 'left'));
    const withAdvisories = new Set(linesOf(verb, found, 'with-advisories'));
    const packages = detailsOf(part('packages'));
    const patches = patchesOf(
      verb,
      part('patches'),
      found.has('advisories') ? detailsOf(part('advisories')) : [],
    );
    const repositories = elementsOf(part('repositories'), 'repo').map(({attributes}) => attributes);
    if (!repositories.some(({enabled}) => enabled === '1')) throw badAnswer(verb, noRepository);
    const aliases = new Map(repositories.map(({name = '', alias = ''}) => [name, alias]));
    const names = new Map(repositories.map(({name = '', alias = ''}) => [alias, name]));
    const added = replacementsOf(answerOf(verb, found, 'whole'), packages, aliases);
    const whyOf = (item: Offer): NotInstalledClass | undefined => {
      if (held.has(item.name)) return 'held';
      // It comes in the place of another, which goes.
      if (item.installed === null) return 'needs-new-or-removed';
      return plain.has(keyOf(item)) ? undefined : (left.get(keyOf(item)) ?? 'broken-dependency');
    };
    return [...offersOf(part('all')), ...added].map(item => {
      const {alias, ...offer} = item;
      const about = packages.find(({name, version}) => name === item.name && version === item.candidate);
      const why = whyOf(item);
      const advisories = patches.filter(patch => patch.fixes(item));
      // Its folder cannot have a slash in its name.
      const hasAdvisories = withAdvisories.has(alias.replaceAll('/', '_'));
      const security = advisories.some(({isSecurity}) => isSecurity);
      return updateSchema.parse({
        manager: 'zypper',
        ...offer,
        ...sourceOf(item, about),
        origin: names.get(alias) ?? alias,
        security: security || hasAdvisories ? security : null,
        ...(hasAdvisories ? {advisories: advisories.map(({advisory}) => advisory)} : {}),
        ...(why === undefined ? {} : {notInstalled: why}),
      });
    });
  },
};

/** `alias`: of the repository that has it. */
type Offer = Pick<Update, 'name' | 'arch' | 'installed' | 'candidate'> & {alias: string};

const offersOf = (root: XmlElement): Offer[] =>
  elementsOf(root, 'update').flatMap(element => {
    const {kind, name = '', arch = '', edition = '', 'edition-old': old = ''} = element.attributes;
    const alias = elementsOf(element, 'source')[0]?.attributes['alias'] ?? '';
    return kind === 'package' ? [{name, arch, installed: old, candidate: edition, alias}] : [];
  });

const keyOf = ({name, arch, candidate}: Offer): string => `${name}.${arch}=${candidate}`;

/**
 * What would come by itself, and why it does not: it is of another vendor, wants others removed or added, or cannot be had at all. What comes
 * alone once it is asked for is left out by the priority of its repository. (Answers of before that was told apart say `solved`.)
 */
const leftOf = (lines: readonly string[]): Map<string, NotInstalledClass> =>
  new Map(
    lines.map(line => {
      const [key = '', code, how] = line.split('\t');
      if (code !== '0') return [key, 'broken-dependency'];
      if (how === 'vendor') return [key, 'third-party'];
      return [key, how === 'alone' ? 'excluded' : 'needs-new-or-removed'];
    }),
  );

/** What the update would add in the place of a package that it removes: `Obsoletes : exim < 4.99`. */
const replacementsOf = (
  whole: ZypperAnswer,
  packages: readonly Details[],
  aliases: ReadonlyMap<string, string>,
): Offer[] => {
  const solvables = (kind: string): XmlElement['attributes'][] =>
    elementsOf(whole.root, kind).flatMap(group =>
      elementsOf(group, 'solvable').map(({attributes}) => attributes),
    );
  const removed = new Set(solvables('to-remove').map(({name}) => name));
  return solvables('to-install').flatMap(({type, name = '', arch = '', edition = ''}) => {
    const about = packages.find(item => item.name === name && item.version === edition);
    const replaces = about?.of('Obsoletes').some(line => removed.has(line.split(' ')[0]));
    if (type !== 'package' || about === undefined || replaces !== true) return [];
    return [{name, arch, installed: null, candidate: edition, alias: aliases.get(about.repository) ?? ''}];
  });
};

/** `openssl-3-3.0.8-1.src`; the package's own name and version where nothing is said. */
const sourceOf = (
  {name, candidate}: Offer,
  about: Details | undefined,
): Pick<Update, 'source' | 'sourceVersion'> => {
  const [, source, version] =
    /^(.+)-([^-]+-[^-]+)\.(?:no)?src$/.exec(about?.of('Source package')[0] ?? '') ?? [];
  return {source: source ?? name, sourceVersion: version ?? candidate};
};
