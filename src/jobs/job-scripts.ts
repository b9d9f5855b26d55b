import {badAnswer, linesOf, numberOf, sections, wordOf} from '../model/answer.ts';
import type {Job, JobOutcome, JobState} from '../model/job.ts';
import {defineScript, quote, type Probe, type Script} from '../model/script.ts';
import {printBootIdentity, printMachineId} from './boot-identity.ts';
import {knowEpoch, sayTakenOver, type RunClaim} from './epochs.ts';
import {hostDirectory} from './host-directory.ts';
import {hasSystemd, startUnit} from './job-unit.ts';
import {runner} from './runner.ts';

/**
 * What came of asking a host to start a job. `claimed`: the id was there already; it is followed, never started again. `replaced`: it is
 * not the machine that was scanned, or not in a state that came after it.
 */
export type StartAnswer = {outcome: 'started' | 'claimed' | 'refused' | 'replaced'; reason: string};

const otherMachine = 'this is not the machine that was scanned (its machine-id differs)';

/** Shell text that is true where a job that ended here is still known of, and for no job. What takes the host back to before takes that away. */
export const hasTraceOf = (id: string): string =>
  `{ [ -z "${id}" ] || [ -d "${hostDirectory}/jobs/${id}" ] || [ -f "${hostDirectory}/ended/${id}" ]; }`;

export const noTraceOf = (id: string): string =>
  `job ${id} ended here and has left no trace: it was restored to an earlier state`;

/** systemd is asked for so long to start a runner, in seconds: it may be replaced right now. Each time may take twelve more. */
const trySeconds = 15;
/** A runner that has not begun so many seconds after its job was claimed is not on its way any more. */
const onItsWaySeconds = 40;

/** Shell text that prints seconds of a clock that nobody sets. */
const printUptime = `cut -d. -f1 /proc/uptime`;

/**
 * Claims the job's directory with a plain mkdir and starts its runner: in a systemd unit, which alone survives
 * KillUserProcesses, or with setsid where there is no systemd. Every parent directory is root's, no link, closed to others.
 * That systemctl failed does not say that nothing was started: its answer is lost while systemd is replaced. It is asked again, until it
 * says so or the runner has begun; at last `begun` is made here, and no runner begins any more.
 */
export const startJob: Probe<
  {job: Job; payload: Script; by: string; run?: RunClaim | undefined},
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
        token: run?.token ?? '',
        after: job.after ?? '',
      },
      `
umask 077
answer() { printf '@@ outcome\\n%s\\n@@ reason\\n%s\\n@@ end\\n' "$1" "$2"; }
refuse() { answer refused "$1"; }
[ "$(${printMachineId})" = "$2" ] || { answer replaced "${otherMachine}"; return 0; }
for directory in /var /var/lib ${hostDirectory} ${hostDirectory}/jobs ${hostDirectory}/epochs; do
  [ -e "$directory" ] || [ -L "$directory" ] || mkdir -m 700 "$directory"
  if [ -L "$directory" ] || [ ! -d "$directory" ] || [ "$(stat -c %u "$directory")" != 0 ] || [ -n "$(find "$directory" -maxdepth 0 -perm /022)" ]; then
    refuse "$directory is a link, not root's, or writable by others"; return 0
  fi
done
cd ${hostDirectory}/jobs || { refuse "no ${hostDirectory}/jobs"; return 0; }
${knowEpoch('$6', '$7', '$8')}
case $standing in
  other) refuse "${sayTakenOver('$7')}"; return 0 ;;
  not-kept) refuse "the run's epoch could not be written below ${hostDirectory}: is its disk full?"; return 0 ;;
esac
[ ! -f "${hostDirectory}/ended/$1" ] || { answer claimed; return 0; } # it ran, and was forgotten since
[ ! -d "$1" ] || { answer claimed; return 0; }
${hasTraceOf('$9')} || { answer replaced "${noTraceOf('$9')}"; return 0; }
mkdir "$1" 2>/dev/null || { [ -d "$1" ] && answer claimed || refuse "the job's directory could not be made"; return 0; }
exec 7>&-
cd "$1"
if ! {
  : > log &&
  printf '%s at %s\\n' "$3" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" > spec &&
  ${printBootIdentity} > boot &&
  ${printUptime} > since &&
  printf '%s' ${quote(payload.text)} > payload.sh &&
  printf '%s' ${quote(runner)} > run.sh &&
  printf '%-9s\\n' '' > code && printf '%-9s\\n' '' > rc.part
}; then
  cd .. && rm -rf "./$1"; refuse "the job could not be written below ${hostDirectory}: is its disk full?"; return 0
fi
sync
if ${hasSystemd}; then
  until { ${startUnit('$1')}; } 2>>log; do
    [ ! -d begun ] || break
    if [ $(($(${printUptime}) - $(cat since))) -ge ${trySeconds} ]; then
      mkdir begun 2>/dev/null || break
      printf '%-9s\\n' 126 1<>rc.part; mv rc.part rc
      refuse "systemd did not start it: $(tail -n 1 log)"; return 0
    fi
    sleep 1
  done
else setsid /bin/sh "$(pwd)/run.sh" >/dev/null 2>&1 &
fi
answer started`,
      {root: true},
    ),
  parse: raw => {
    const found = sections('job.start', raw);
    const outcome = wordOf('job.start', found, 'outcome');
    if (outcome !== 'started' && outcome !== 'claimed' && outcome !== 'refused' && outcome !== 'replaced')
      throw badAnswer('job.start', outcome);
    return {outcome, reason: wordOf('job.start', found, 'reason')};
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
      {id: job.id, machineId: job.machineId, bootId: job.bootId, offset, after: job.after ?? ''},
      `
directory=${hostDirectory}/jobs/$1
boot=$(${printBootIdentity})
echo '@@ state'
if [ ! -d "$directory" ]; then
  if [ -f "${hostDirectory}/ended/$1" ]; then
    was=$(cat "${hostDirectory}/ended/$1")
    case $was in [0-9]*) echo "ended $was" ;; *) echo "$was" ;; esac
  elif [ "$(${printMachineId})" != "$2" ]; then echo 'replaced ${otherMachine}'
  elif ! ${hasTraceOf('$5')}; then echo "replaced ${noTraceOf('$5')}"
  elif [ "$boot" != "$3" ]; then echo 'replaced it booted since and the job is not there: it was restored, or it never began'
  else echo never-started; fi
  printf '@@ size\\n0\\n@@ log\\n@@ end\\n'
  return 0
fi
cd "$directory"
begun=$([ ! -d begun ] || echo yes) # before the look at the lock: whoever begins has it first
if [ -s rc ]; then echo "ended $(cat rc)"
elif [ "$boot" != "$(cat boot)" ]; then echo interrupted
elif ! flock -sn alive true; then echo running
elif [ -s rc ]; then echo "ended $(cat rc)"
elif [ -z "$begun" ] && [ $(($(${printUptime}) - $(cat since 2>/dev/null || echo 0))) -lt ${onItsWaySeconds} ]; then echo running # its runner is on its way
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
 * Removes a job's directory once its end and its log are in the local journal; `kept` where it may still run. What it ended with stays for
 * three months, a word where it left no rc: another console, which has an older copy of the run, must not take it for one that never started.
 */
export const removeJob: Probe<{id: string; outcome: JobOutcome}, 'gone' | 'kept'> = {
  script: ({id, outcome}) =>
    defineScript(
      'job.remove',
      {id, outcome},
      `
umask 077
cd ${hostDirectory} || return 1
if [ -d "jobs/$1" ]; then
  was=$(cat "jobs/$1/rc" 2>/dev/null)
  # One that has no rc is not at work where nobody has begun, and nobody can any more; or where who had begun holds its lock no more.
  case $was$2 in
    died|interrupted) if mkdir "jobs/$1/begun" 2>/dev/null || flock -sn "jobs/$1/alive" true; then was=$2; fi ;;
  esac
  [ -n "$was" ] || { printf '@@ answer\\nkept\\n@@ end\\n'; return 0; }
  [ -d ended ] || mkdir -m 700 ended
  printf '%s\\n' "$was" > "ended/.$1" && sync "ended/.$1" && mv "ended/.$1" "ended/$1" && sync ended && rm -rf "jobs/$1" || return 1
  find ended -type f -mtime +90 -delete
fi
printf '@@ answer\\ngone\\n@@ end\\n'`,
      {root: true},
    ),
  parse: raw => (wordOf('job.remove', sections('job.remove', raw), 'answer') === 'gone' ? 'gone' : 'kept'),
};
