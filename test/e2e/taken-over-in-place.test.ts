import {spawn} from 'node:child_process';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {startFaultyFleet} from '../commands/fleet.ts';
import {openTerminal, type RealTerminal} from './terminal.ts';

const minute = 60_000;

test(
  'a console that follows another one: it is killed with -9, and the run is taken over in the same place, with a key and a yes',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'patchdeck-in-place-'));
    const fleet = await startFaultyFleet({folder} as Parameters<typeof startFaultyFleet>[0], ['api2'], {
      canaries: ['api2'],
    });
    const terminals: RealTerminal[] = [];
    const args = (...words: string[]): string[] => [
      'bin/patchdeck.js',
      ...words,
      '--state-dir',
      join(folder, 'state'),
      ...fleet.reach,
    ];
    const open = (): RealTerminal => {
      const terminal = openTerminal('node', args('open', '--ascii'));
      terminals.push(terminal);
      return terminal;
    };
    try {
      const scan = spawn('node', args('scan'), {stdio: 'ignore'});
      expect(await new Promise(resolve => scan.once('close', resolve))).toBe(0);
      const first = open();
      await first.until('LIVE', minute);
      const second = open();
      await second.until('READ-ONLY', minute);
      await second.until('this console follows', minute);
      // While the other one answers, there is nothing to take over.
      second.send('O');
      await second.until(/still\s+answers/, minute);
      second.send('4');
      await second.until('[4 Deploy]', minute);

      first.kill('SIGKILL');
      await first.exited;
      await second.until('O take over', minute);
      second.send('O');
      await second.until(/Take run \S+ over\?/, minute);
      second.send('y');
      const screen = await second.until('LIVE', minute);
      // On the screen where it was.
      expect(screen).toContain('[4 Deploy]');
      expect(screen).not.toContain('READ-ONLY');
      const third = open();
      await third.until('READ-ONLY', minute);
      second.send('q');
      expect(await second.exited).toBe(0);
    } finally {
      for (const terminal of terminals) terminal.kill('SIGKILL');
      await Promise.all(terminals.map(terminal => terminal.exited));
      await fleet.close();
      await rm(folder, {recursive: true, force: true});
    }
  },
  5 * minute,
);
