import {linesOf, sections} from '../model/answer.ts';
import {cleanLine} from '../model/clean.ts';
import {defineScript, type Probe, type Script} from '../model/script.ts';
import {printService, services} from './services.ts';

const verb = 'host.stale-units';

/** Services that still run code of a replaced library, and what only a reboot replaces. */
export type StaleUnits = {restart: string[]; reboot: string[]};

/**
 * Looks for deleted libraries and programs in /proc/<pid>/maps and names the service each process belongs to, systemd's or OpenRC's. Works without
 * needrestart; paths that programs delete on purpose (/dev, /run, /tmp, /memfd, /SYSV) do not count.
 */
export const staleUnits: Probe<undefined, StaleUnits> = {
  script: () =>
    defineScript(
      verb,
      {},
      `
export LC_ALL=C
echo '@@ units'
for maps in /proc/[0-9]*/maps; do
  grep -qE ' /(usr|lib|opt|bin|sbin)[^ ]* \\(deleted\\)$' "$maps" 2>/dev/null || continue
  ${printService} "\${maps%maps}cgroup" 2>/dev/null
  [ "$maps" != /proc/1/maps ] || echo init.scope
done | sort -u
echo '@@ end'`,
      {root: true},
    ),
  parse: raw => {
    const units = linesOf(verb, sections(verb, raw), 'units')
      .map(line => cleanLine(line, 120))
      .filter(
        unit =>
          /^[A-Za-z0-9:_.@\\-]+\.(service|scope)$/.test(unit) && !/^(patchdeck-|user@|session-)/.test(unit),
      );
    return {restart: units.filter(unit => !needsReboot(unit)), reboot: units.filter(needsReboot)};
  },
};

/** Restarting these ends sessions or does not replace what runs. */
const needsReboot = (unit: string): boolean =>
  unit === 'init.scope' ||
  /^(dbus(-broker)?|systemd-logind|getty@.*|serial-getty@.*|console-getty|emergency|rescue)\.service$/.test(
    unit,
  );

/** Payload: restarts each unit once and says how it is afterwards. Ends with 1 when one is not active. */
export const restartUnits = (units: readonly string[]): Script =>
  defineScript(
    'host.restart-units',
    {units},
    `${services}
failed=0; done=0; total=$(printf '%s\\n' "$1" | grep -c .)
for unit in $1; do
  restart "$unit"
  state=$(state_of "$unit")
  done=$((done + 1)); echo "patchdeck-progress $((done * 100 / total)) $unit $state"
  [ "$state" = active ] || failed=1
done
return $failed`,
    {root: true},
  );
