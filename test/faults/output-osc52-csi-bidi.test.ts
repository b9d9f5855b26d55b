import {afterEach, describe, expect, test} from 'vitest';
import {advance} from '../../src/demo/host.ts';
import {drive, makeSmallRun, type SmallRun} from './small-run.ts';

/** Bytes that would take over a terminal, or hide what is said in it. */
const hostile = [
  '\u001b]52;c;cm0gLXJmIC8=\u0007', // writes the clipboard
  '\u001b]0;owned\u0007', // the window's title
  '\u001b[2J\u001b[1;1H', // clears the screen
  '\u001b[?1049h\u001b[31m',
  '\u009b5n\u009d0;c1\u009c',
  '\u001bP+q544e\u001b\\', // asks the terminal, whose answer would be typed
  '\u202egnp.exe\u202c', // bidi
  'a\u200bb\ufeff\u2028',
  '\b\b\b\u0007\u0000\u007f',
  'done\rFAILED',
].join(' ');
const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;

describe('a host whose output is hostile', () => {
  let world: SmallRun | undefined;
  afterEach(async () => {
    await world?.remove();
    world = undefined;
  });

  test('OSC 52, CSI, bidi and control characters in the log of a job: nothing of it is shown, and the run is what it would be', async () => {
    const small = await makeSmallRun();
    world = small;
    small.interfere = (name, verb) => {
      const host = small.hosts.get(name);
      if (host === undefined || verb !== 'job.poll') return;
      advance(host, small.clock.now());
      for (const job of host.jobs.values()) {
        if (!job.log.includes('\u001b')) job.log = `${hostile}\n${job.log}`;
      }
    };
    const engine = await small.open(undefined);
    const lines: string[] = [];
    engine.subscribe(() => lines.push(...[...engine.state().signals.values()].map(({line}) => line)));
    await drive(engine, 'verify');
    for (const name of small.hosts.keys()) {
      const log = await engine.log(name);
      expect(log).not.toMatch(unsafe);
      expect(log).not.toContain('cm0gLXJmIC8=');
    }
    for (const line of lines) expect(line).not.toMatch(unsafe);
    expect(JSON.stringify([...(engine.state().run?.hosts.values() ?? [])])).not.toMatch(unsafe);
    expect([...(engine.state().run?.hosts.values() ?? [])].every(record => record.phase === 'done')).toBe(
      true,
    );
    await engine.close();
  });
});
