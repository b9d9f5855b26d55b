import {linesOf, sections, wordOf} from '../../model/answer.ts';
import {cleanLine} from '../../model/clean.ts';
import type {CustomManager} from '../../model/custom.ts';
import type {Change, ManagerId} from '../../model/package.ts';
import type {StagedFile} from '../../model/rollback.ts';
import {defineScript, type Script} from '../../model/script.ts';
import {changeOf} from './answers.ts';
import {callAs, makeDirectory} from './shell.ts';
import type {Manager} from '../manager.ts';
import {removeOldStaging} from '../old-staging.ts';

/**
 * Payload: the updater fills an empty directory for each version, which is kept as one file with one sum: the same files make the same
 * file. A version of before that it cannot give is gone.
 */
export const stage = (
  own: CustomManager,
  {directory, changes}: {directory: string; changes: readonly Change[]},
): Script => {
  const lines = changes.flatMap(({name, from, to}, index) => [
    ...(to === null ? [] : [`new ${name} ${to} ${name}_${index}.tar`]),
    ...(from === null ? [] : [`old ${name} ${from} ${name}_${index}.tar`]),
  ]);
  return defineScript(
    'custom.stage',
    {directory, command: own.stage, files: lines},
    `${callAs(own)}
umask 077
mkdir -p "$1/new" "$1/old" && cd "$1" || return 1
${removeOldStaging}
command=$2
# The tar of RHEL 7, 1.26, does not sort by itself.
pack() (cd "$1" && find . -print0 | LC_ALL=C sort -z |
  tar --null --no-recursion --files-from=- --mtime=@0 --owner=0 --group=0 --numeric-owner -cf -)
: > manifest.part
total=$(printf '%s\\n' "$3" | grep -c .); done=0; failed=0
while read -r folder name version file; do
  [ -n "$name" ] || continue
  ${makeDirectory(own)}
  # The directory is nobody else's: within it an application's files keep modes that its own user may read.
  if (umask 022; cd / && call "$command" "$name" "$version" "$made") &&
    pack "$made" > "$folder/$file"; then
    printf '%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\tarchive\\n' "$folder" "$name" any "$version" "$file" \\
      "$(sha256sum < "$folder/$file" | cut -d' ' -f1)" "$(stat -c %s "$folder/$file")" >> manifest.part
  elif [ "$folder" = old ]; then printf 'gone\\t%s\\tany\\t%s\\n' "$name" "$version" >> manifest.part
  else echo "patchdeck-missing $folder $name $version"; failed=1; fi
  rm -rf "$made"
  done=$((done + 1)); echo "patchdeck-progress $((done * 100 / total)) $folder $name $version"
done <<FILES
$3
FILES
sync
mv manifest.part manifest
return $failed`,
    {root: true},
  );
};

/** Payload: hands each staged file, unpacked, to the updater. The first that fails ends it. */
export const carryOut = (
  verb: 'custom.install' | 'custom.undo',
  own: CustomManager,
  command: readonly string[],
  directory: string,
  folder: 'new' | 'old',
  files: readonly StagedFile[],
  changes: readonly Change[],
): Script =>
  defineScript(verb, {directory, command, lines: linesFor(folder, files, changes)}, handOver(own), {
    root: true,
  });

/** Asks the updater before the upgrade whether its undo would work, with the files that it would get. What it says otherwise is the reason. */
export const rehearse = (
  id: ManagerId,
  own: CustomManager,
  command: readonly string[],
): NonNullable<Manager['simulateUndo']> => ({
  script: ({directory, changes, previous}) => {
    const back = reverse(changes);
    return defineScript(
      rehearsal,
      {
        directory,
        command,
        lines: linesFor('old', previous, back),
        back: back.map(({name, from, to}) => `${name} ${from ?? '-'} ${to ?? '-'}`),
      },
      `
hand_over() {
${handOver(own)}
}
printf '@@ back\\n%s\\n' "$4"
said=$(hand_over "$@" 2>&1); code=$?
printf '@@ code\\n%s\\n@@ said\\n' $code
printf '%s\\n' "$said" | tail -n 1 | sed 's/^/said /'
echo '@@ end'`,
      {root: true},
    );
  },
  parse: raw => {
    const found = sections(rehearsal, raw);
    const said = wordOf(rehearsal, found, 'said').slice('said '.length);
    const versionOf = (word: string | undefined): string | null =>
      word === undefined || word === '-' ? null : word;
    return wordOf(rehearsal, found, 'code') === '0'
      ? {
          changes: linesOf(rehearsal, found, 'back').map(line => {
            const [name = '', from, to] = line.split(' ');
            return changeOf(id, name, versionOf(from), versionOf(to));
          }),
          refused: undefined,
        }
      : {changes: [], refused: `its updater says of the rehearsal: ${cleanLine(said, 120)}`};
  },
});

const rehearsal = 'custom.rehearse-undo';

/** What leads back, the last first. */
export const reverse = (changes: readonly Change[]): Change[] =>
  changes.map(change => ({...change, from: change.to, to: change.from})).reverse();

/** `SHA256 FILE NAME FROM TO`, a line each: what is handed over, in this order. */
const linesFor = (
  folder: 'new' | 'old',
  files: readonly StagedFile[],
  changes: readonly Change[],
): string[] =>
  changes.flatMap(({name, from, to}) => {
    const file = files.find(each => each.name === name && each.version === to);
    return file === undefined || from === null || to === null
      ? []
      : [`${file.sha256} ${folder}/${file.file} ${name} ${from} ${to}`];
  });

/** Shell text of a payload whose arguments are a directory, a command and `linesFor`. */
const handOver = (own: CustomManager): string => `${callAs(own)}
umask 022
cd "$1" || return 1
command=$2
total=$(printf '%s\\n' "$3" | grep -c .); done=0
while read -r sum file name from to; do
  [ -n "$name" ] || continue
  printf '%s  %s\\n' "$sum" "$file" | sha256sum -c --status - || { echo "patchdeck-error $file is not what was staged"; return 1; }
  ${makeDirectory(own)}
  tar -xf "$file" --no-same-owner -C "$made" || return 1
  chmod 755 "$made"
  ${own.user === 'root' ? '' : `chown -R ${own.user} "$made"`}
  (cd / && call "$command" "$name" "$from" "$to" "$made"); code=$?
  rm -rf "$made"
  [ $code -eq 0 ] || { echo "$name $to: the updater ended with $code"; return $code; }
  done=$((done + 1)); echo "patchdeck-progress $((done * 100 / total)) $name $to"
done <<LINES
$3
LINES
return 0`;
