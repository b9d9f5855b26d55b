/**
 * Shell text that prints which boot of which machine this is. The kernel's boot_id alone is not enough: containers can share
 * it with their host, so the start time of PID 1 goes with it.
 */
export const printBootIdentity = `printf '%s/%s\\n' "$(cat /proc/sys/kernel/random/boot_id)" "$(sed 's/.*) //' /proc/1/stat | cut -d' ' -f20)"`;

/** Shell text that prints the machine-id, or nothing where there is none. */
export const printMachineId = `cat /etc/machine-id 2>/dev/null || cat /var/lib/dbus/machine-id 2>/dev/null || echo`;
