import type {CustomManager} from '../model/custom.ts';
import {sections} from '../model/answer.ts';
import type {Change, ManagerId} from '../model/package.ts';
import type {StagedFile} from '../model/rollback.ts';
import {defineScript, type Probe, type Script} from '../model/script.ts';
import {progressOf} from '../jobs/progress.ts';
import {staged} from './apt-staging.ts';
import {changeOf, parseInstalled, parsePending, parseWanted} from './custom-answers.ts';
import {callAs, makeDirectory} from './custom-shell.ts';
import type {Manager, Simulation} from './manager.ts';
import {removeOldStaging} from './old-staging.ts';

/**
 * An application that brings its own updater. What it does is its own business; what is asked for is the same as of any manager: that what
 * is installed was approved, was staged before, is proven by asking anew, and can be undone. Its versions have no order that anybody knows.
 */
export const customManager = (id: ManagerId, own: CustomManager): Manager => {
  const asked = (verb: string, command: readonly string[], wanted: readonly string[] = []): Script =>
    defineScript(
      verb,
      {id, command, wanted},
      `${callAs(own)}
printf '@@ wanted\\n%s\\n@@ answer\\n' "$3"
cd / && call "$2"; code=$?
printf '\\n@@ code\\n%s\\n@@ end\\n' $code`,
      {root: true},
    );
  return {
    id,
    proven: {by: 'lab'},
    database: id,
    words: {lock: 'its lock', look: 'what its updater says is installed', mend: 'its updater'},
    refresh: nothing({fresh: true, failures: []}),
    marks: nothing({automatic: [], held: []}),
    changedConfiguration: nothing([]),
    owners: nothing([]),
    room: nothing(0),
    pending: {
      script: () => asked('custom.pending', own.pending),
      parse: raw => parsePending('custom.pending', id, raw),
    },
    installed: {
      script: () => asked('custom.installed', own.installed),
      parse: raw => parseInstalled('custom.installed', id, raw),
    },
    simulate: {
      script: wanted =>
        asked(
          'custom.simulate',
          own.pending,
          wanted.map(({name, version}) => `${name} ${version}`),
        ),
      parse: raw => stillOffered(id, raw),
    },
    simulateStaged: {
      script: ({changes, fresh}) =>
        asked('custom.simulate-staged', own.installed, stagedChanges(changes, fresh)),
      parse: raw => stillInstalled(id, raw),
    },
    // Nobody knows what an application's undo would do before it does it.
    simulateUndo: undefined,
    stage: args => stage(own, args),
    staged,
    install: ({point, changes}) =>
      carryOut('custom.install', own, own.install, point.directory, 'new', point.fresh, changes),
    undo: ({point, changes}) => {
      const back = changes.map(change => ({...change, from: change.to, to: change.from})).reverse();
      return carryOut('custom.undo', own, own.undo, point.directory, 'old', point.previous, back);
    },
    changelog: undefined,
    progress: progressOf,
  };
};

/** What such an updater has none of: no lists to refresh, no marks. */
const nothing = <Args, Answer>(answer: Answer): Probe<Args, Answer> => ({
  script: () => defineScript('custom.nothing', {}, `echo '@@ end'`, {root: false}),
  parse: raw => {
    sections('custom.nothing', raw);
    return answer;
  },
});

/** The updater is asked anew: what is wanted has to be what it offers. */
const stillOffered = (id: ManagerId, raw: Uint8Array): Simulation => {
  const offered = parsePending('custom.simulate', id, raw);
  const changes: Change[] = [];
  for (const [name = '', version] of parseWanted('custom.simulate', raw)) {
    const update = offered.find(item => item.name === name && item.candidate === version);
    if (update === undefined)
      return {changes: [], refused: `${name} ${version ?? ''} is not offered by its updater any more`};
    changes.push(changeOf(id, name, update.installed, version));
  }
  return {changes, refused: undefined};
};

/** What installing the staged files would change: each from what is installed now. */
const stillInstalled = (id: ManagerId, raw: Uint8Array): Simulation => {
  const installed = parseInstalled('custom.simulate-staged', id, raw);
  const changes = parseWanted('custom.simulate-staged', raw).map(([name = '', to]) =>
    changeOf(id, name, installed.find(item => item.name === name)?.version ?? null, to),
  );
  return {changes, refused: undefined};
};

const stagedChanges = (changes: readonly Change[], fresh: readonly StagedFile[]): string[] =>
  changes.flatMap(({name, to}) =>
    fresh.some(file => file.name === name && file.version === to) ? [`${name} ${to ?? ''}`] : [],
  );

/**
 * Payload: the updater fills an empty directory for each version, which is kept as one file with one sum: the same files make the same
 * file. A version of before that it cannot give is gone.
 */
const stage = (
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
: > manifest.part
total=$(printf '%s\\n' "$3" | grep -c .); done=0; failed=0
while read -r folder name version file; do
  [ -n "$name" ] || continue
  ${makeDirectory(own)}
  if (cd / && call "$command" "$name" "$version" "$made") &&
    tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$made" -cf "$folder/$file" .; then
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
const carryOut = (
  verb: 'custom.install' | 'custom.undo',
  own: CustomManager,
  command: readonly string[],
  directory: string,
  folder: 'new' | 'old',
  files: readonly StagedFile[],
  changes: readonly Change[],
): Script => {
  const lines = changes.flatMap(({name, from, to}) => {
    const file = files.find(each => each.name === name && each.version === to);
    return file === undefined || from === null || to === null
      ? []
      : [`${file.sha256} ${folder}/${file.file} ${name} ${from} ${to}`];
  });
  return defineScript(
    verb,
    {directory, command, lines},
    `${callAs(own)}
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
return 0`,
    {root: true},
  );
};

/** The name of an application whose updater the inventory states, or undefined for a manager of a distribution. */
export const customName = (id: ManagerId): string | undefined => /^custom\/(.+)$/.exec(id)?.[1];
