import type {Change} from '../../model/package.ts';
import type {StepPoint} from '../../model/rollback.ts';
import {defineScript, type Script} from '../../model/script.ts';
import {restoreConfiguration, saveConfiguration} from './configuration.ts';
import {fromFiles, wordsBack, wordsForth} from './shell.ts';
import {hashes, verifyFiles} from '../verify-staged.ts';

/**
 * Shell function `attempt FOLDER WORDS`. apk takes exact versions as constraints of the world, where they would stay and keep every later
 * version away; so the world is put back as it was. It is kept beside until then: an attempt that was cut short leaves it for the next.
 */
const attempt = `${fromFiles}
attempt() {
  [ -f world ] || { cp -p /etc/apk/world world.part && sync && mv world.part world; } || { echo 'patchdeck-error /etc/apk/world could not be kept; nothing was installed'; return 1; }
  add_from "$1" "$2" --wait 300
  code=$?
  cp -p world /etc/apk/.world.patchdeck && mv /etc/apk/.world.patchdeck /etc/apk/world && sync && rm -f world
  return $code
}`;

/** Payload: installs the staged files and nothing else. What it adds nobody has asked for by name: it stays a dependency. */
export const install = ({point, changes}: {point: StepPoint; changes: readonly Change[]}): Script =>
  defineScript(
    'apk.install',
    {
      directory: point.directory,
      hashes: hashes('new', point.fresh),
      files: point.fresh.map(({file}) => file),
      wanted: wordsForth(point.fresh, changes),
      packages: changes.filter(change => change.from !== null).map(({name}) => name),
    },
    `
export LC_ALL=C
${verifyFiles}${saveConfiguration}${attempt}
umask 022
cd "$1" || return 1
verify "$2" || return 1
save_configuration "$5" || { echo 'patchdeck-error the configuration files could not be saved; nothing was installed'; return 1; }
repository "$1/new" "$3"
attempt "$1/new" "$4"`,
    {root: true},
  );

/** Payload: back to the rollback point: the staged previous packages, what was added goes, then the configuration files. */
export const undo = ({point, changes}: {point: StepPoint; changes: readonly Change[]}): Script =>
  defineScript(
    'apk.undo',
    {
      directory: point.directory,
      hashes: hashes('old', point.previous),
      files: point.previous.map(({file}) => file),
      wanted: wordsBack(point.previous, changes),
    },
    `
export LC_ALL=C
${verifyFiles}${restoreConfiguration}${attempt}
umask 022
cd "$1" || return 1
verify "$2" || return 1
repository "$1/old" "$3"
attempt "$1/old" "$4"
code=$?
restore_configuration
return $code`,
    {root: true},
  );
