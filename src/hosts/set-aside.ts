import {linesOf, sections, wordOf} from '../model/answer.ts';
import {cleanLine} from '../model/clean.ts';
import type {AsideKind} from '../model/host.ts';
import {defineScript, type Probe} from '../model/script.ts';

const folder = '/var/lib/patchdeck/aside';

/** Shell text: what is kept on the host of one that is set aside, as `$1` names it. */
const names = `
unit="patchdeck-$1"; kept="${folder}/$1"`;

/** Shell text: `forget` takes away what would end it by itself. */
const forget = `
forget() {
  systemctl disable --quiet --now "$unit.timer" 2>/dev/null
  rm -f "$kept.end" "$kept.started" "/etc/systemd/system/$unit.timer" "/etc/systemd/system/$unit.service" "/var/lib/systemd/timers/stamp-$unit.timer"
  systemctl daemon-reload
}`;

/**
 * Shell text: `at` becomes the moment `$4` seconds from now on the clock of the host's own zone, which is all that systemd 219 knows (RHEL 7;
 * 219: calendarspec.c). In the hour that such a clock shows twice it is the later one: nothing ends too early.
 */
const whenItEnds = `unset TZ
end=$(($(date +%s) + $4))
at=$(date -d "@$end" '+%Y-%m-%d %H:%M:%S')
[ "$(date -d "$at" +%s)" = "$end" ] || at=$(date -d "@$((end + 3600))" '+%Y-%m-%d %H:%M:%S')`;

/**
 * Runs the command that sets a host aside, as root, within a minute: drained, or its alerts silenced. Before that, what ends it is put on
 * the host with a timer that is enabled and made up for: it ends by itself after `seconds`, whatever becomes of the console, also when the
 * host is down at that time. Asked again, the time begins anew; the command runs again only after a reboot, since what it did may be gone
 * with it. Answers why it could not be done, and whether something of it is left that its timer will end; or undefined.
 */
export const startAside: Probe<
  {kind: AsideKind; start: string; end: string; seconds: number},
  {failure: string; left: boolean} | undefined
> = {
  script: ({kind, start, end, seconds}) =>
    defineScript(
      'host.start-aside',
      {kind, start, end, seconds},
      `
export LC_ALL=C${names}${forget}
answer() { printf '@@ failed\\n%s\\n@@ left\\n%s\\n@@ end\\n' "$1" "$2"; }
[ -d /run/systemd/system ] || { answer 'it has no systemd, by which it would end by itself' no; return 0; }
umask 077
boot=$(cat /proc/sys/kernel/random/boot_id)
${whenItEnds}
mkdir -p "${folder}" && printf '%s\\n' "$3" > "$kept.end.part" && mv "$kept.end.part" "$kept.end" &&
cat > "/etc/systemd/system/$unit.service" <<UNIT && cat > "/etc/systemd/system/$unit.timer.part" <<TIMER && chmod 644 "/etc/systemd/system/$unit.service" "/etc/systemd/system/$unit.timer.part" && mv "/etc/systemd/system/$unit.timer.part" "/etc/systemd/system/$unit.timer" || return 1
[Unit]
Description=patchdeck: ends what it has set aside here ($1)
[Service]
ExecStart=/bin/sh -c '/bin/sh $kept.end || exit 1; rm -f $kept.end $kept.started /etc/systemd/system/timers.target.wants/$unit.timer /etc/systemd/system/$unit.timer /etc/systemd/system/$unit.service; systemctl --no-block daemon-reload'
Restart=on-failure
RestartSec=60
UNIT
[Unit]
Description=patchdeck: when what it has set aside here ends ($1)
[Timer]
OnCalendar=$at
AccuracySec=1s
Persistent=true
[Install]
WantedBy=timers.target
TIMER
systemctl daemon-reload && systemctl enable --quiet "$unit.timer" && systemctl restart "$unit.timer" || return 1
if [ "$(cat "$kept.started" 2>/dev/null)" != "$boot" ]; then
  said=$(timeout 60 /bin/sh -c "$2" </dev/null 2>&1); code=$?
  if [ $code -ne 0 ]; then
    left=yes
    timeout 60 /bin/sh "$kept.end" </dev/null >/dev/null 2>&1 && forget && left=no
    answer "its command ended with $code: $(printf '%s' "$said" | tail -n 1)" $left
    return 0
  fi
  printf '%s\\n' "$boot" > "$kept.started"
fi
answer '' yes`,
      {root: true},
    ),
  parse: raw => {
    const verb = 'host.start-aside';
    const failure = failureOf(verb, raw);
    return failure === undefined
      ? undefined
      : {failure, left: wordOf(verb, sections(verb, raw), 'left') === 'yes'};
  },
};

/** Ends it now, by the command that was put there when it began. Answers why that could not be done (the timer stays), or undefined. */
export const endAside: Probe<{kind: AsideKind}, string | undefined> = {
  script: ({kind}) =>
    defineScript(
      'host.end-aside',
      {kind},
      `
export LC_ALL=C${names}${forget}
echo '@@ failed'
if [ -f "$kept.end" ]; then
  said=$(timeout 60 /bin/sh "$kept.end" </dev/null 2>&1); code=$?
  if [ $code -eq 0 ]; then forget; else printf 'its command ended with %s: %s\\n' "$code" "$(printf '%s' "$said" | tail -n 1)"; fi
fi
echo '@@ end'`,
      {root: true},
    ),
  parse: raw => failureOf('host.end-aside', raw),
};

const failureOf = (verb: string, raw: Uint8Array): string | undefined => {
  const found = sections(verb, raw);
  return linesOf(verb, found, 'failed').length === 0
    ? undefined
    : cleanLine(wordOf(verb, found, 'failed'), 300);
};
