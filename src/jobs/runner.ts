import {hostDirectory} from './host-directory.ts';

/** rc of a job that found another one holding the host. Its log says whose. */
export const busyCode = 75;

/**
 * Runs a job's payload so that nothing a connection or a shutdown does can reach it. Takes its own lock (`alive`) and the
 * host's, keeps both from its children, waits through signals (a handler is not inherited, an ignored signal would be), and
 * writes `rc` last: temporary, sync, rename. Always exits 0: a unit's state is not a result. What it ended with goes over bytes that
 * were there before the work began (job.start makes them), so that a disk which it filled does not keep anybody from knowing it.
 * However often it is started, one of it works: the one that makes `begun`. A `sync` before coreutils 8.24 syncs everything, whatever
 * it is given, and complains of it.
 */
export const runner = `#!/bin/sh
umask 077
cd "$(dirname "$0")" || exit 0
exec </dev/null >>log 2>&1
exec 8>>alive; tries=0
until flock -n 8; do # who polls tries the lock for a moment; not every flock can wait (busybox's)
  [ $tries -lt 30 ] || exit 0
  tries=$((tries + 1)); sleep 1
done
mkdir begun 2>/dev/null || exit 0
exec 9>>${hostDirectory}/lock
finish() { [ -n "$1" ] && printf '%-9s\\n' "$1" 1<>rc.part && sync rc.part 2>/dev/null && mv rc.part rc; sync . 2>/dev/null; }
if ! flock -n 9; then
  printf 'busy: '; cat ${hostDirectory}/lock.owner
  finish ${busyCode}
  exit 0
fi
cat spec > ${hostDirectory}/lock.owner
trap : TERM HUP INT
inhibit=''
if systemd-inhibit --what=shutdown --who=patchdeck --why=test true 2>/dev/null; then
  inhibit='systemd-inhibit --what=shutdown --who=patchdeck --why=upgrade --mode=block'
fi
{ $inhibit /bin/sh ./payload.sh; printf '%-9s\\n' $? 1<>code; } 8>&- 9>&- &
child=$!
while kill -0 $child 2>/dev/null; do wait $child; done
finish $(cat code)
exit 0
`;
