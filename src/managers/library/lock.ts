import {lockPause, lockTries} from '../rpm/lock-patience.ts';

/**
 * Shell functions for payloads of a manager whose library is asked. `holder`: the first that holds a lock of its, by the shell text `holders`.
 * `patiently COMMAND...`: runs it again for five minutes while it ends with 75, as another holds a lock then, and says who meanwhile; a
 * manager itself would wait for ever or not at all.
 */
export const patiently = (holders: string): string => `
holder() { { ${holders}
} 2>/dev/null | sort -u | head -n 1; }
patiently() {
  try=0
  while :; do
    "$@"; code=$?
    [ $code -eq 75 ] || return $code
    held=$(holder)
    [ $try -lt ${lockTries} ] || break
    try=$((try + 1)); echo "patchdeck-waiting \${held:-another package manager} holds the lock"; sleep ${lockPause}
  done
  echo "patchdeck-error \${held:-another package manager} held the lock for five minutes"
  return 75
}`;
