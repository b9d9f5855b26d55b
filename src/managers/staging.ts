import {badAnswer, linesOf, sections} from '../model/answer.ts';
import {stagedFileSchema, type StagedFile} from '../model/rollback.ts';
import {defineScript, type Probe} from '../model/script.ts';
import type {StagedPackages} from './manager.ts';
import {removeOldStaging} from './old-staging.ts';

/** `NAME ARCH VERSION` of what a step brings or takes away. */
export const specOf = (items: readonly {name: string; arch: string; version: string | null}[]): string[] =>
  items.flatMap(({name, arch, version}) => (version === null ? [] : [`${name} ${arch} ${version}`]));

/**
 * Shell text of a staging job: it works in the directory `$1` from here on, on what is listed in `$2` (new) and `$3` (previous), and `step`
 * says how far it is.
 */
export const beginStaging = `umask 077
mkdir -p "$1/new" "$1/old" && cd "$1" || return 1
${removeOldStaging}
: > manifest.part
total=$(printf '%s\\n%s\\n' "$2" "$3" | grep -c .); done=0
step() { done=$((done + 1)); echo "patchdeck-progress $((done * 100 / total)) $*"; }`;

const verb = 'packages.staged';

/** What the manifest says lies there, each file hashed anew: a file that changed since is not listed. */
export const staged: Probe<{directory: string}, StagedPackages> = {
  script: ({directory}) =>
    defineScript(
      verb,
      {directory},
      `
cd "$1" || return 1
echo '@@ files'
while IFS='	' read -r folder name arch version file sum bytes source; do
  if [ "$folder" = gone ]; then printf 'gone\\t%s\\t%s\\t%s\\n' "$name" "$arch" "$version"; continue; fi
  [ "$(sha256sum < "$folder/$file" | cut -d' ' -f1)" = "$sum" ] || continue
  printf '%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\n' "$folder" "$name" "$arch" "$version" "$file" "$sum" "$bytes" "$source"
done < manifest
echo '@@ end'`,
      {root: true},
    ),
  parse: raw => {
    const result: StagedPackages = {fresh: [], previous: [], gone: []};
    for (const line of linesOf(verb, sections(verb, raw), 'files')) {
      const [folder, name = '', arch = '', version = '', file, sha256, bytes, source] = line.split('\t');
      if (folder === 'gone') result.gone.push({name, arch, version});
      else if (folder === 'new' || folder === 'old') {
        const entry = stagedFileSchema.safeParse({
          name,
          arch,
          version,
          file,
          sha256,
          bytes: Number(bytes),
          source,
        });
        if (!entry.success) throw badAnswer(verb, `"${line.slice(0, 80)}" is no staged file`);
        target(result, folder).push(entry.data);
      } else throw badAnswer(verb, `"${line.slice(0, 80)}" is no line of a manifest`);
    }
    return result;
  },
};

const target = (result: StagedPackages, folder: 'new' | 'old'): StagedFile[] =>
  folder === 'new' ? result.fresh : result.previous;
