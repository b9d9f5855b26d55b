import {badAnswer, linesOf, numberOf, sections, wordOf} from '../model/answer.ts';
import type {Job, JobState} from '../model/job.ts';
import {defineScript, quote, type Probe, type Script} from '../model/script.ts';
import {printBootIdentity, printMachineId} from './boot-identity.ts';

/** Where everything of ours lies on a host: root's, closed to others, never in /tmp. */
export const hostDirectory = '/var/lib/patchdeck';

/** rc of a job that found another one holding the host. Its log says whose. */
export const busyCode = 75;

/** What came of asking a host to start a job. `claimed`: the id was there already; it is followed, never started again. */
export type StartAnswer = {outcome: 'started' | 'claimed' | 'refused'; reason: string};

/**
 * Runs a job's payload so that nothing a connection or a shutdown does can reach it. Takes its own lock (`alive`) and the
 * host's, keeps both from its children, waits through signals (a handler is not inherited, an ignored signal would be), and
 * writes `rc` last: temporary, sync, rename. Always exits 0: a unit's state is not a result. What it ended with goes over bytes that
 * were there before the work began (job.start makes them), so that a disk which it filled does not keep anybody from knowing it.
 */
const runner = `#!/bin/sh
umask 077
cd "$(dirname "$0")" || exit 0
exec 8>>alive; flock -w 30 8 || exit 0 # who polls tries the lock for a moment
exec 9>>${hostDirectory}/lock
finish() { [ -n "$1" ] && printf '%-9s\\n' "$1" 1<>rc.part && sync rc.part && mv rc.part rc; sync .; }
if ! flock -n 9; then
  printf 'busy: '; cat ${hostDirectory}/lock.owner
  finish ${busyCode}
  exit 0
fi
cat spec > ${hostDirectory}/lock.owner
trap : TERM HUP INT
inhibit=''
if systemd-inhibit --what=shutdown --who=patchdeck --why=test true 2>/dev/null; then
  inhibit='systemd-inhibit --what=shutdown --who=patchdeck --why=upgrade --mode=block'
fi
{ $inhibit /bin/sh ./payload.sh; printf '%-9s\\n' $? 1<>code; } </dev/null 8>&- 9>&- &
child=$!
while kill -0 $child 2>/dev/null; do wait $child; done
finish $(cat code)
exit 0
`;

/** Begins the reason of a host that refuses a job because its run was taken over elsewhere. */
export const takenOver = 'the run was taken over by another console';

/**
 * Shell text, under the lock of the epochs: `known` becomes the epoch of a run that this host knows, after it was told this one. Not durable
 * is not known: synced before it is answered.
 */
const knowEpoch = (run: string, epoch: string): string => `known=0
if [ -n "${run}" ]; then
  known=$(cat "${hostDirectory}/epochs/${run}" 2>/dev/null || echo 0)
  case $known in ''|*[!0-9]*) known=999999999 ;; esac
  if [ "$known" -lt "${epoch}" ]; then
    printf '%s\n' "${epoch}" > "${hostDirectory}/epochs/.part" && sync "${hostDirectory}/epochs/.part" &&
      mv "${hostDirectory}/epochs/.part" "${hostDirectory}/epochs/${run}" && known=${epoch}
  fi
fi`;

/**
 * Claims the job's directory with a plain mkdir and starts its runner: in a systemd unit, which alone survives
 * KillUserProcesses, or with setsid where there is no systemd. Every parent directory is root's, no link, closed to others.
 */
export const startJob: Probe<
  {job: Job; payload: Script; by: string; run?: {id: string; epoch: number} | undefined},
  StartAnswer
> = {
  script: ({job, payload, by, run}) =>
    defineScript(
      'job.start',
      {
        id: job.id,
        machineId: job.machineId,
        spec: JSON.stringify({id: job.id, kind: job.kind, plan: job.planDigest, by}),
        payloadVerb: payload.verb,
        payloadArgs: JSON.stringify(payload.args),
        run: run?.id ?? '',
        epoch: run?.epoch ?? 1,
      },
      `
umask 077
refuse() { printf '@@ outcome\\nrefused\\n@@ reason\\n%s\\n@@ end\\n' "$1"; }
[ "$(${printMachineId})" = "$2" ] || { refuse "this is not the machine that was scanned (its machine-id differs)"; return 0; }
for directory in /var /var/lib ${hostDirectory} ${hostDirectory}/jobs ${hostDirectory}/epochs; do
  [ -e "$directory" ] || [ -L "$directory" ] || mkdir -m 700 "$directory"
  if [ -L "$directory" ] || [ ! -d "$directory" ] || [ "$(stat -c %u "$directory")" != 0 ] || [ -n "$(find "$directory" -maxdepth 0 -perm /022)" ]; then
    refuse "$directory is a link, not root's, or writable by others"; return 0
  fi
done
exec 7>>${hostDirectory}/epochs/lock; flock 7
${knowEpoch('$6', '$7')}
if [ "$known" -gt "$7" ]; then refuse "${takenOver}: epoch $known is known here, this console has $7"; return 0; fi
cd ${hostDirectory}/jobs || { refuse "no ${hostDirectory}/jobs"; return 0; }
claimed() { printf '@@ outcome\\nclaimed\\n@@ reason\\n@@ end\\n'; }
[ ! -f "${hostDirectory}/ended/$1" ] || { claimed; return 0; } # it ran, and was forgotten since
mkdir "$1" 2>/dev/null || { [ -d "$1" ] && claimed || refuse "the job's directory could not be made"; return 0; }
cd "$1"
if ! {
  : > log &&
  printf '%s at %s\\n' "$3" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" > spec &&
  ${printBootIdentity} > boot &&
  printf '%s' ${quote(payload.text)} > payload.sh &&
  printf '%s' ${quote(runner)} > run.sh &&
  printf '%-9s\\n' '' > code && printf '%-9s\\n' '' > rc.part
}; then
  cd .. && rm -rf "./$1"; refuse "the job could not be written below ${hostDirectory}: is its disk full?"; return 0
fi
sync
here=$(pwd)
if [ -d /run/systemd/system ] && systemd-run --quiet --unit="patchdeck-$1" -p KillMode=process -p TimeoutStopSec=1800 \\
  -p "StandardOutput=append:$here/log" -p "StandardError=append:$here/log" /bin/sh "$here/run.sh" 2>>log 7>&-; then :
else setsid /bin/sh "$here/run.sh" </dev/null >>log 2>&1 7>&- &
fi
printf '@@ outcome\\nstarted\\n@@ reason\\n@@ end\\n'`,
      {root: true},
    ),
  parse: raw => {
    const found = sections('job.start', raw);
    const outcome = wordOf('job.start', found, 'outcome');
    if (outcome !== 'started' && outcome !== 'claimed' && outcome !== 'refused')
      throw badAnswer('job.start', outcome);
    return {outcome, reason: wordOf('job.start', found, 'reason')};
  },
};

/** What came of telling a host that its run was taken over, and which machine it is. */
export type EpochAnswer = {known: number; machineId: string; bootId: string};

/**
 * Tells a host that a run has this epoch: it refuses jobs of lower ones from then on. `known` is larger than what was told where a third
 * console took the run over since.
 */
export const raiseEpoch: Probe<{run: string; epoch: number}, EpochAnswer> = {
  script: ({run, epoch}) =>
    defineScript(
      'job.epoch',
      {run, epoch},
      `
umask 077
for directory in ${hostDirectory} ${hostDirectory}/epochs; do
  [ -e "$directory" ] || [ -L "$directory" ] || mkdir -m 700 "$directory"
  [ ! -L "$directory" ] && [ "$(stat -c %u "$directory")" = 0 ] || return 1
done
exec 7>>${hostDirectory}/epochs/lock; flock 7
${knowEpoch('$1', '$2')}
printf '@@ known\n%s\n@@ machine\n%s\n@@ boot\n%s\n@@ end\n' "$known" "$(${printMachineId})" "$(${printBootIdentity})"`,
      {root: true},
    ),
  parse: raw => {
    const found = sections('job.epoch', raw);
    const known = wordOf('job.epoch', found, 'known');
    if (!/^\d{1,9}$/.test(known)) throw badAnswer('job.epoch', known.slice(0, 20));
    return {
      known: Number(known),
      machineId: wordOf('job.epoch', found, 'machine'),
      bootId: wordOf('job.epoch', found, 'boot'),
    };
  },
};

/** State of a job and the next 64 KiB of its log. */
export type JobReport = {state: JobState; chunk: Uint8Array};

/**
 * One look at a job, in the only order that cannot lie: `rc`, then the boot, then the lock, then `rc` once more, since it may
 * have landed between the two looks.
 */
export const pollJob: Probe<{job: Job; offset: number}, JobReport> = {
  script: ({job, offset}) =>
    defineScript(
      'job.poll',
      {id: job.id, machineId: job.machineId, bootId: job.bootId, offset},
      `
directory=${hostDirectory}/jobs/$1
boot=$(${printBootIdentity})
echo '@@ state'
if [ ! -d "$directory" ]; then
  if [ -f "${hostDirectory}/ended/$1" ]; then echo "ended $(cat "${hostDirectory}/ended/$1")"
  elif [ "$(${printMachineId})" != "$2" ]; then echo 'replaced its machine-id differs from the one that was scanned'
  elif [ "$boot" != "$3" ]; then echo 'replaced it booted since and the job is not there: it was restored, or it never began'
  else echo never-started; fi
  printf '@@ size\\n0\\n@@ log\\n@@ end\\n'
  return 0
fi
cd "$directory"
if [ -s rc ]; then echo "ended $(cat rc)"
elif [ "$boot" != "$(cat boot)" ]; then echo interrupted
elif ! flock -sn alive true; then echo running
elif [ -s rc ]; then echo "ended $(cat rc)"
elif [ -n "$(find spec -newermt '-10 seconds')" ]; then echo running # its runner is on its way
else echo died; fi
echo '@@ size'; stat -c %s log
echo '@@ log'; tail -c +$(($4 + 1)) log | head -c 65536 | base64 -w 0; echo
echo '@@ end'`,
      {root: true},
    ),
  parse: raw => {
    const found = sections('job.poll', raw);
    const [word = '', ...rest] = wordOf('job.poll', found, 'state').split(' ');
    // Nothing: the log is not there.
    const logBytes = wordOf('job.poll', found, 'size') === '' ? 0 : numberOf('job.poll', found, 'size');
    const chunk = Uint8Array.from(Buffer.from(linesOf('job.poll', found, 'log').join(''), 'base64'));
    return {state: readState(word, rest.join(' '), logBytes), chunk};
  },
};

const readState = (word: string, rest: string, logBytes: number): JobState => {
  switch (word) {
    case 'ended':
      if (!/^\d+$/.test(rest)) throw badAnswer('job.poll', `rc is "${rest.slice(0, 20)}"`);
      return {state: 'ended', rc: Number(rest), logBytes};
    case 'running':
    case 'interrupted':
    case 'died':
      return {state: word, logBytes};
    case 'never-started':
      return {state: 'never-started'};
    case 'replaced':
      return {state: 'replaced', reason: rest};
    default:
      throw badAnswer('job.poll', `unknown state "${word.slice(0, 20)}"`);
  }
};

/**
 * Removes a job's directory once its rc and log are in the local journal. What it ended with stays for three months: another console, which
 * has an older copy of the run, must not take it for one that never started.
 */
export const removeJob: Probe<{id: string}, undefined> = {
  script: ({id}) =>
    defineScript(
      'job.remove',
      {id},
      `
umask 077
cd ${hostDirectory} || return 1
if [ -f "jobs/$1/rc" ]; then
  [ -d ended ] || mkdir -m 700 ended
  cp "jobs/$1/rc" "ended/.$1" && sync "ended/.$1" && mv "ended/.$1" "ended/$1" && rm -rf "jobs/$1"
  find ended -type f -mtime +90 -delete
fi
echo '@@ end'`,
      {
        root: true,
      },
    ),
  parse: raw => {
    sections('job.remove', raw);
    return undefined;
  },
};
