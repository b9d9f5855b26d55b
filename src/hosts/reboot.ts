import {badAnswer, sections, wordOf} from '../model/answer.ts';
import {defineScript, type Probe} from '../model/script.ts';
import {printBootIdentity} from '../jobs/boot-identity.ts';
import {knowEpoch, sayTakenOver, type RunClaim} from '../jobs/epochs.ts';
import {hostDirectory} from '../jobs/host-directory.ts';

/** `busy`: other work holds the host, and `reason` says whose. `taken-over`: this console has nothing to say there any more. */
export type RebootAnswer = {outcome: 'asked' | 'other-boot' | 'busy' | 'taken-over'; reason: string};

/** Work that began in the seconds before the reboot is waited for so long. */
const waitSeconds = 540;

/**
 * Asks for a reboot two seconds from now, so that the answer still arrives. The host checks that it is in the boot the console
 * believes it to be in: a reboot that was asked for twice happens once. It is not done under other work: the host's lock is looked at now,
 * and held when it goes down.
 */
export const requestReboot: Probe<{bootId: string; run: RunClaim}, RebootAnswer> = {
  script: ({bootId, run}) =>
    defineScript(
      'host.reboot',
      {bootId, run: run.id, epoch: run.epoch, token: run.token},
      `
umask 077
answer() { printf '@@ answer\\n%s\\n@@ reason\\n%s\\n@@ end\\n' "$1" "$2"; }
if [ "$(${printBootIdentity})" != "$1" ]; then answer other-boot; return 0; fi
mkdir -p ${hostDirectory}/epochs
${knowEpoch('$2', '$3', '$4')}
[ "$standing" != other ] || { answer taken-over "${sayTakenOver('$3')}"; return 0; }
exec 9>>${hostDirectory}/lock
flock -n 9 || { answer busy "$(head -n 1 ${hostDirectory}/lock.owner)"; return 0; }
sync
if [ -d /run/systemd/system ]; then
  systemd-run --quiet --on-active=2 --timer-property=AccuracySec=100ms flock -w ${waitSeconds} ${hostDirectory}/lock systemctl reboot || return 1
else
  setsid /bin/sh -c 'sleep 2; exec 9>>${hostDirectory}/lock; tries=0
    until flock -n 9; do [ $tries -lt ${waitSeconds} ] || exit 1; tries=$((tries + 1)); sleep 1; done
    reboot' >/dev/null 2>&1 7>&- 9>&- &
fi
answer asked`,
      {root: true},
    ),
  parse: raw => {
    const found = sections('host.reboot', raw);
    const outcome = wordOf('host.reboot', found, 'answer');
    if (outcome !== 'asked' && outcome !== 'other-boot' && outcome !== 'busy' && outcome !== 'taken-over')
      throw badAnswer('host.reboot', outcome.slice(0, 20));
    return {outcome, reason: wordOf('host.reboot', found, 'reason')};
  },
};

/** Which boot the host is in, and whether it has finished starting (`running` or `degraded`; '' without systemd). */
export const bootState: Probe<undefined, {bootId: string; system: string}> = {
  script: () =>
    defineScript(
      'host.boot',
      {},
      `
echo '@@ boot'; ${printBootIdentity}
echo '@@ system'; systemctl is-system-running 2>/dev/null || true
echo '@@ end'`,
      {root: false},
    ),
  parse: raw => {
    const found = sections('host.boot', raw);
    return {bootId: wordOf('host.boot', found, 'boot'), system: wordOf('host.boot', found, 'system')};
  },
};
