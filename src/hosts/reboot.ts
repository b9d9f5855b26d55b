import {sections, wordOf} from '../model/answer.ts';
import {defineScript, type Probe} from '../model/script.ts';
import {printBootIdentity} from '../jobs/boot-identity.ts';

/**
 * Asks for a reboot two seconds from now, so that the answer still arrives. The host checks that it is in the boot the console
 * believes it to be in: a reboot that was asked for twice happens once.
 */
export const requestReboot: Probe<{bootId: string}, 'asked' | 'other-boot'> = {
  script: ({bootId}) =>
    defineScript(
      'host.reboot',
      {bootId},
      `
if [ "$(${printBootIdentity})" != "$1" ]; then printf '@@ answer\\nother-boot\\n@@ end\\n'; return 0; fi
sync
if [ -d /run/systemd/system ]; then
  systemd-run --quiet --on-active=2 --timer-property=AccuracySec=100ms systemctl reboot || return 1
else
  setsid /bin/sh -c 'sleep 2; reboot' >/dev/null 2>&1 &
fi
printf '@@ answer\\nasked\\n@@ end\\n'`,
      {root: true},
    ),
  parse: raw =>
    wordOf('host.reboot', sections('host.reboot', raw), 'answer') === 'asked' ? 'asked' : 'other-boot',
};

/** Which boot the host is in, and whether it has finished starting (`running` or `degraded`; '' without systemd). */
export const bootState: Probe<undefined, {bootId: string; system: string}> = {
  script: () =>
    defineScript(
      'host.boot',
      {},
      `
echo '@@ boot'; ${printBootIdentity}
echo '@@ system'; systemctl is-system-running 2>/dev/null || true
echo '@@ end'`,
      {root: false},
    ),
  parse: raw => {
    const found = sections('host.boot', raw);
    return {bootId: wordOf('host.boot', found, 'boot'), system: wordOf('host.boot', found, 'system')};
  },
};
