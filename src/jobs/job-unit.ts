import {quote} from '../model/script.ts';
import {hostDirectory} from './host-directory.ts';

/**
 * The unit of every job, by its id. A file, and no `systemd-run`: that of systemd 219 (RHEL 7, Amazon Linux 2) takes of all this `KillMode`
 * alone, as does its StartTransientUnit (219: bus_append_unit_property_assignment, dbus-service.c). In a file every systemd reads them, and
 * finds it without a daemon-reload: none has looked for this name before. To start what is started is nothing, so that it can be asked for
 * again when an answer is lost.
 *
 * What keeps the work at a shutdown: systemd signals no process but the runner (KillMode=process), the runner waits through that, and the
 * shutdown waits for the runner, for half an hour. The inhibitor that the runner holds keeps people and their tools from asking for one;
 * root is not kept by every systemd.
 */
const unit = `[Unit]
Description=patchdeck job %i
[Service]
ExecStart=/bin/sh ${hostDirectory}/jobs/%i/run.sh
KillMode=process
TimeoutStopSec=1800`;

const folder = '/run/systemd/system';

export const unitOf = (id: string): string => `patchdeck-job@${id}.service`;

/** Shell text: true where systemd is at work. */
export const hasSystemd = `[ -d ${folder} ]`;

/** Shell text: starts a job's unit, for at most twelve seconds. False where that is not known to have happened. */
export const startUnit = (id: string): string => `{
  template=${folder}/${unitOf('')}
  [ "$(cat "$template" 2>/dev/null)" = ${quote(unit)} ] ||
    { (umask 022; printf '%s\\n' ${quote(unit)} > "$template.${id}") && mv "$template.${id}" "$template"; }
} && timeout 12 systemctl start "${unitOf(id)}"`;
