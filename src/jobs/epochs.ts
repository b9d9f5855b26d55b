import {badAnswer, sections, wordOf} from '../model/answer.ts';
import {defineScript, type Probe} from '../model/script.ts';
import {printBootIdentity, printMachineId} from './boot-identity.ts';
import {hostDirectory} from './host-directory.ts';

/**
 * Which console's run something is of. `epoch` counts up with each taking over; `token` tells apart two consoles that took over the same
 * record, and is empty while nobody did.
 */
export type RunClaim = {id: string; epoch: number; token: string};

/** Begins the reason of a host that refuses what its run asks for because it was taken over elsewhere. */
export const takenOver = 'the run was taken over by another console';

/**
 * Shell text that takes the lock of the epochs on descriptor 7 and tells the host a run's epoch. Then `known` is the epoch it knows, and
 * `standing` is `kept`; or `other`: a higher epoch, or the same one of another console; or `not-kept`: it could not be written down, and
 * not durable is not known.
 */
export const knowEpoch = (
  run: string,
  epoch: string,
  token: string,
): string => `known=0; owner=''; standing=kept
if [ -n "${run}" ]; then
  # Where there is no writing to the lock there is none to what it guards.
  if ( : >> ${hostDirectory}/epochs/lock ) 2>/dev/null; then exec 7>>${hostDirectory}/epochs/lock; flock 7; fi
  known=$(cat "${hostDirectory}/epochs/${run}" 2>/dev/null || echo 0)
  owner=\${known#"\${known%% *}"}; owner=\${owner# }; known=\${known%% *}
  case $known in ''|*[!0-9]*) known=999999999 ;; esac
  if [ "$known" -lt "${epoch}" ]; then
    if printf '%s %s\\n' "${epoch}" "${token}" 2>/dev/null > "${hostDirectory}/epochs/.part" && sync "${hostDirectory}/epochs/.part" &&
      mv "${hostDirectory}/epochs/.part" "${hostDirectory}/epochs/${run}"; then known=${epoch}; else standing=not-kept; fi
  elif [ "$known" -gt "${epoch}" ] || [ "$owner" != "${token}" ]; then standing=other
  fi
fi`;

/** Why a host does not do what a console with another claim to the run asks for; shell text, after `knowEpoch`. */
export const sayTakenOver = (epoch: string): string =>
  `${takenOver}: epoch $known is known here, this console has ${epoch}$([ "$known" -ne "${epoch}" ] || printf ' (both took over the same record)')`;

/** What came of telling a host that its run was taken over, and which machine it is. */
export type EpochAnswer = {
  standing: 'kept' | 'other' | 'not-kept';
  known: number;
  machineId: string;
  bootId: string;
};

/** Tells a host the epoch of a run: it refuses jobs of lower ones, and of other consoles with the same one, from then on. */
export const raiseEpoch: Probe<{run: RunClaim}, EpochAnswer> = {
  script: ({run}) =>
    defineScript(
      'job.epoch',
      {run: run.id, epoch: run.epoch, token: run.token},
      `
umask 077
for directory in ${hostDirectory} ${hostDirectory}/epochs; do
  [ -e "$directory" ] || [ -L "$directory" ] || mkdir -m 700 "$directory"
  [ ! -L "$directory" ] && [ "$(stat -c %u "$directory")" = 0 ] || return 1
done
${knowEpoch('$1', '$2', '$3')}
printf '@@ standing\\n%s\\n@@ known\\n%s\\n@@ machine\\n%s\\n@@ boot\\n%s\\n@@ end\\n' \\
  "$standing" "$known" "$(${printMachineId})" "$(${printBootIdentity})"`,
      {root: true},
    ),
  parse: raw => {
    const found = sections('job.epoch', raw);
    const known = wordOf('job.epoch', found, 'known');
    const standing = wordOf('job.epoch', found, 'standing');
    if (!/^\d{1,9}$/.test(known)) throw badAnswer('job.epoch', known.slice(0, 20));
    if (standing !== 'kept' && standing !== 'other' && standing !== 'not-kept')
      throw badAnswer('job.epoch', standing.slice(0, 20));
    return {
      standing,
      known: Number(known),
      machineId: wordOf('job.epoch', found, 'machine'),
      bootId: wordOf('job.epoch', found, 'boot'),
    };
  },
};
