/**
 * Shell text for any user: the second of the boot. A container's own began with its PID 1, long after the kernel; and what `stat /proc/1` says is
 * when somebody looked there first.
 */
export const printBootSecond = `awk -v ticks="$(sed 's/.*) //' /proc/1/stat | cut -d' ' -f20)" -v second="$(getconf CLK_TCK)" '
    $1 == "btime" {printf "%d\\n", $2 + ticks / (second ? second : 100)}' /proc/stat`;

/** Shell text for any user: those of these packages that were installed since the boot. */
export const installedSinceBoot = (
  names: string,
): string => `rpm -q --qf '%{NAME} %{INSTALLTIME}\\n' ${names} 2>/dev/null |
  awk -v boot="$(${printBootSecond})" 'NF == 2 && $2 > boot {print $1}' | sort -u`;

/** After which packages needs-restarting, dnf's and dnf5's, wants a reboot, whatever is configured beside. */
const core =
  'kernel kernel-core kernel-rt glibc linux-firmware systemd dbus dbus-broker dbus-daemon microcode_ctl';

/** Shell text: what is known where a plugin gives no answer, as one that is missing. */
export const withoutNeedsRestarting = (
  program: string,
  plugins: string,
): string => `${installedSinceBoot(core)}
echo "? ${program}'s needs-restarting gives no answer (is ${plugins} installed?): only the kernel and core libraries were looked at"`;
