import {expect, it} from 'vitest';
import {versionOn} from '../run-patchdeck.ts';
import {installing, threeHostsForEach} from '../three-hosts.ts';

const here = threeHostsForEach();

const startsOf = async (host: string): Promise<number> => {
  // Every start of a job is a unit in the host's own journal: at most one for the upgrade.
  const {stdout} = await here.lab.shell(
    host,
    'journalctl -q --no-pager | grep -c "Started patchdeck-[0-9a-f]*.service" || true',
  );
  return Number(stdout.trim());
};

it('kill -9 of the console in the middle of an upgrade: the host finishes, the next start goes on, nothing runs twice', async () => {
  await here.readyWithSlow(12);
  const before = await startsOf('lab3');
  const deploy = here.deck.start('deploy', 'lab3', '--yes');
  await deploy.line(installing('lab3'));
  deploy.child.kill('SIGKILL');
  await deploy.ended;

  const again = await here.deck.run('deploy', '--yes');
  expect(again.said).toContain('deploy was interrupted: 1 host at work is followed');
  expect(again.exit).toBe(0);
  expect(await versionOn(here.lab, 'lab3', 'pdlab-slow')).toBe('2.0');
  expect((await startsOf('lab3')) - before).toBe(1);
  // The way back is intact.
  const rollback = await here.deck.run('rollback', 'lab3', '--yes');
  expect(rollback.exit).toBe(0);
  expect(await versionOn(here.lab, 'lab3', 'pdlab-slow')).toBe('1.0');
});
