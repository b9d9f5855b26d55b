import {expect, it} from 'vitest';
import {expectRefusal} from '../../commands/refusal.ts';
import {oneHostForEach} from '../one-host.ts';

const here = oneHostForEach();
const {inside, run} = here;

it('a real host with another key than before: blocked with both fingerprints, sshd there saw no login, and the others are scanned', async () => {
  await inside(
    'lab4',
    'rm /etc/ssh/ssh_host_*_key*; ssh-keygen -A >/dev/null; systemctl restart ssh; journalctl -q --rotate',
  );
  const since = await inside('lab4', 'date +%s');
  const ended = await run('scan', 'lab1', 'lab4');
  expectRefusal(ended, {
    exit: 3,
    code: 'ssh.host-key-changed',
    host: 'lab4',
    says: [/blocked: lab4 .* but .*known_hosts:\d+ has .* for it; nothing was sent to it/],
    next: /ssh-keygen -R/,
  });
  expect(ended.stderr).toContain('ok lab1: ');
  const log = await inside('lab4', `journalctl -q --no-pager -o cat --since=@${since} -u ssh || true`);
  expect(log).not.toContain('Accepted');
});
