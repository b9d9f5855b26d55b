import {printBootSecond} from '../rpm/reboot.ts';

/**
 * Shell text for any user: why a reboot is wanted, a line each, or `? WHY` where zypper does not say whether one is: SLES 12's does not know the
 * command, and root's says nothing while another holds the lock. It ends with 102 for packages that want one themselves, and remembers
 * nothing of what it installed as a patch that does: of that tell its history and the patch (`Interactive : reboot`).
 */
export const printRebootWanted = `said=$(zypper --non-interactive needs-rebooting 2>&1); code=$?
case $code in
  0) ;;
  102) echo 'zypper needs-rebooting' ;;
  *) printf '? zypper needs-rebooting ended with %s: %s\\n' "$code" "$(printf '%s\\n' "$said" | head -n 1)" ;;
esac
patches=$(awk -F'|' -v boot="$(date -d "@$(${printBootSecond})" '+%Y-%m-%d %H:%M:%S')" '
  $2 ~ /^patch *$/ && $1 > boot && $(NF - 1) == "applied" && $3 ~ /^[A-Za-z0-9][A-Za-z0-9:._+-]*$/ {print $3}' /var/log/zypp/history 2>/dev/null | sort -u)
[ -z "$patches" ] || zypper --non-interactive --no-refresh info --type patch $patches 2>/dev/null |
  awk '/^Name *:/ {name = $3} /^Interactive *:.*reboot/ {print "patch " name}'`;
