import {sections, wordOf} from '../model/answer.ts';
import {defineScript, type Probe} from '../model/script.ts';

/** Timers and services that patch by themselves, between test and deploy or while we hold the lock. */
const timers =
  'apt-daily.timer apt-daily-upgrade.timer dnf-automatic.timer dnf-automatic-install.timer dnf5-automatic.timer ' +
  'transactional-update.timer os-update.timer packagekit-offline-update.timer yum-cron.service';

const leaseUnit = 'patchdeck-updaters';

/** Shell text for the timers of leases that are under way; a version before gave them the bare name. */
const leaseTimers = `systemctl list-units --all --plain --no-legend '${leaseUnit}*.timer' | cut -d' ' -f1`;

/**
 * Stops the automatic updaters for at most `seconds`: a timer on the host starts those that were on again, whatever becomes of
 * the console. A reboot ends it too: stopped is not disabled. Asked again, the time begins anew: by a timer of its own, so that the one
 * before still ends it where the new one cannot be had. Answers `nothing` where none of them ran.
 */
export const inhibitUpdaters: Probe<{seconds: number}, 'held' | 'nothing'> = {
  script: ({seconds}) =>
    defineScript(
      'host.inhibit-updaters',
      {seconds},
      `
[ -d /run/systemd/system ] || { printf '@@ answer\\nnothing\\n@@ end\\n'; return 0; }
mkdir -p -m 700 /run/patchdeck
active=$(for timer in ${timers}; do systemctl is-active --quiet $timer && echo $timer; done)
[ -z "$active" ] || printf '%s\\n' "$active" > /run/patchdeck/updaters
held=$(cat /run/patchdeck/updaters 2>/dev/null)
before=$(${leaseTimers})
if [ -n "$held" ]; then
  systemd-run --quiet --on-active="$1" --unit="${leaseUnit}-$(cut -c1-8 /proc/sys/kernel/random/uuid)" /bin/sh -c 'systemctl start $(cat /run/patchdeck/updaters); rm -f /run/patchdeck/updaters' || return 1
  [ -z "$before" ] || systemctl stop $before
  printf '%s\\n' "$held" > /run/patchdeck/updaters
  systemctl stop $held
  printf '@@ answer\\nheld\\n'
else printf '@@ answer\\nnothing\\n'; fi
echo '@@ end'`,
      {root: true},
    ),
  parse: raw =>
    wordOf('host.inhibit-updaters', sections('host.inhibit-updaters', raw), 'answer') === 'held'
      ? 'held'
      : 'nothing',
};

/** Starts again what was stopped. Answers `restored`, or `nothing` when nothing was left to restore. */
export const releaseUpdaters: Probe<undefined, 'restored' | 'nothing'> = {
  script: () =>
    defineScript(
      'host.release-updaters',
      {},
      `
timers=$(${leaseTimers})
[ -z "$timers" ] || systemctl stop $timers
echo '@@ answer'
if [ -s /run/patchdeck/updaters ]; then
  systemctl start $(cat /run/patchdeck/updaters) && rm -f /run/patchdeck/updaters && echo restored
else echo nothing; fi
echo '@@ end'`,
      {root: true},
    ),
  parse: raw => {
    const found = sections('host.release-updaters', raw);
    return wordOf('host.release-updaters', found, 'answer') === 'restored' ? 'restored' : 'nothing';
  },
};
