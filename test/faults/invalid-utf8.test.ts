import {expect, test} from 'vitest';
import {advance} from '../../src/demo/host.ts';
import {drive, makeSmallRun} from './small-run.ts';

/** No UTF-8: bytes that never occur, a cut and an overlong sequence, a surrogate, a lone continuation, one beyond the last code point. */
const invalid = Buffer.from('fffec328c0afeda0808ff4908080', 'hex');
/** As many bytes of plain text, where the invalid ones will be. */
const marker = '<not-any-utf8>';

const replaceIn = (bytes: Uint8Array): Buffer => {
  const whole = Buffer.from(bytes);
  for (let at = whole.indexOf(marker); at >= 0; at = whole.indexOf(marker)) invalid.copy(whole, at);
  return whole;
};

test('invalid UTF-8 in the log of a job and in what a host says of itself: the raw bytes are kept as evidence, what is shown has marks in their place, and the run ends well', async () => {
  expect(marker).toHaveLength(invalid.length);
  const world = await makeSmallRun();
  try {
    world.interfere = (name, verb) => {
      const host = world.hosts.get(name);
      if (host === undefined || verb !== 'job.poll') return;
      advance(host, world.clock.now());
      for (const job of host.jobs.values()) if (!job.log.includes(marker)) job.log = `${marker}\n${job.log}`;
    };
    world.mangle = (verb, stdout) => {
      if (verb === 'host.facts') {
        return replaceIn(Buffer.from(Buffer.from(stdout).toString().replace('GNU/Linux', marker)));
      }
      if (verb !== 'job.poll') return stdout;
      // The log goes over in base64: the bytes below it are the host's own.
      const [before = '', log = '', after = ''] = Buffer.from(stdout)
        .toString()
        .split(/(?<=@@ log\n)|(?=@@ end)/);
      const coded = replaceIn(Buffer.from(log.trim(), 'base64')).toString('base64');
      return Buffer.from(`${before}${coded}\n${after}`);
    };
    const engine = await world.open(undefined);
    const lines: string[] = [];
    engine.subscribe(() => lines.push(...[...engine.state().signals.values()].map(({line}) => line)));
    await drive(engine, 'verify');
    const hosts = [...(engine.state().run?.hosts.values() ?? [])];
    expect(hosts.map(({phase}) => phase)).toEqual(hosts.map(() => 'done'));
    for (const {host, scan, jobs} of hosts) {
      expect(scan?.os).toContain('\ufffd');
      const log = await engine.log(host.name);
      expect(log).toMatch(/^\ufffd+\(/);
      const kept = await Promise.all(
        jobs.flatMap(job => (job.log === undefined ? [] : [engine.read(job.log)])),
      );
      expect(kept.length).toBeGreaterThan(0);
      for (const bytes of kept) expect(Buffer.from(bytes).subarray(0, invalid.length)).toEqual(invalid);
    }
    expect(lines.length).toBeGreaterThan(0);
    await engine.close();
    // What was recorded can be read again.
    const again = await world.open(engine.state().run?.run.id);
    expect(again.state().run).toEqual(engine.state().run);
    await again.close();
  } finally {
    await world.remove();
  }
});
