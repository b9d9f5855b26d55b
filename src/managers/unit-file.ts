/** Shell text that prints the file of the unit `$1`; nothing where there is none. `--value` is not known before systemd 230. */
export const printUnitFile = `systemctl show -p FragmentPath -- "$1" 2>/dev/null | sed -n 's/^FragmentPath=//p'`;
