import {describe, expect, it} from 'vitest';
import {createLink, type Link} from '../../src/jobs/link.ts';
import {linesOf, sections} from '../../src/model/answer.ts';
import {PatchdeckError} from '../../src/model/error.ts';
import {defineScript, type Exit, type Probe, type Script} from '../../src/model/script.ts';
import type {RunOptions, ScriptAnswer, Session, Transport} from '../../src/ssh/session.ts';
import {host} from '../policy/example-fleet.ts';
import {rejection} from '../store/example-run.ts';

const probe: Probe<{what: string}, string[]> = {
  script: ({what}) => defineScript('test.ask', {what}, 'true', {root: false}),
  parse: raw => linesOf('test.ask', sections('test.ask', raw), 'said'),
};
const answer = (said: string, exit: Exit = {code: 0}, stderr = ''): ScriptAnswer => ({
  exit,
  stdout: Buffer.from(`@@ said\n${said}\n@@ end\n`),
  stderr,
});

/** Connections to one host, counted; `next` says what becomes of the next one. */
class Wire implements Pick<Transport, 'open'> {
  opened = 0;
  byCode = false;
  readonly sessions: (Session & {lose: () => void})[] = [];
  readonly asked: {script: Script; options: RunOptions | undefined}[] = [];
  next: () => Promise<void> = () => Promise.resolve();
  reply: (script: Script) => ScriptAnswer = script => answer(script.verb);

  open = async (): Promise<Session> => {
    this.opened += 1;
    await this.next();
    let open = true;
    const session = {
      host: host('web1'),
      hostKey: 'SHA256:x',
      byCode: this.byCode,
      run: (script: Script, options?: RunOptions) => {
        this.asked.push({script, options});
        return Promise.resolve(this.reply(script));
      },
      get open() {
        return open;
      },
      close: () => void (open = false),
      lose: () => void (open = false),
    };
    this.sessions.push(session);
    return session;
  };
}

const linkOver = (wire: Wire): Link =>
  createLink(host('web1'), wire, () => Promise.resolve(null), new AbortController().signal);
const errorOf = async (work: Promise<unknown>): Promise<PatchdeckError> => {
  const error = await rejection(work);
  if (error instanceof PatchdeckError) return error;
  throw new Error(`not an error of ours: ${String(error)}`);
};

describe('the link to a host', () => {
  it('opens one connection when first asked, and keeps it', async () => {
    const wire = new Wire();
    const link = linkOver(wire);
    expect(wire.opened).toBe(0);
    expect(await link.ask(probe, {what: 'a'})).toEqual(['test.ask']);
    await link.ask(probe, {what: 'b'});
    expect(wire.opened).toBe(1);
  });

  it('says whether a person gave a code for it: such a connection is kept between stages', async () => {
    const wire = new Wire();
    const link = linkOver(wire);
    expect(link.byCode).toBeUndefined();
    wire.byCode = true;
    await link.ask(probe, {what: 'a'});
    expect(link.byCode).toBe(true);
  });

  it('opens one connection for all who ask at the same time', async () => {
    const wire = new Wire();
    const link = linkOver(wire);
    await Promise.all(['a', 'b', 'c'].map(what => link.ask(probe, {what})));
    expect(wire.opened).toBe(1);
    wire.sessions[0]?.lose();
    await Promise.all(['a', 'b', 'c'].map(what => link.ask(probe, {what})));
    expect(wire.opened).toBe(2);
  });

  it('fails for all who ask at the same time with one try, and tries anew when asked again', async () => {
    const wire = new Wire();
    const link = linkOver(wire);
    wire.next = () => Promise.reject(new PatchdeckError('outside', 'ssh.refused', 'refused', 'wait'));
    const asked = await Promise.allSettled(['a', 'b'].map(what => link.ask(probe, {what})));
    expect(asked.map(({status}) => status)).toEqual(['rejected', 'rejected']);
    expect(wire.opened).toBe(1);
    wire.next = () => Promise.resolve();
    expect(await link.ask(probe, {what: 'c'})).toEqual(['test.ask']);
  });

  it('opens another connection after it was closed, and closes the one it has', async () => {
    const wire = new Wire();
    const link = linkOver(wire);
    await link.ask(probe, {what: 'a'});
    link.close();
    await link.ask(probe, {what: 'b'});
    expect(wire.sessions.map(session => session.open)).toEqual([false, true]);
  });

  it.each([['lost'], [{signal: 'KILL'}]] as const)(
    'an answer that ended with %j is unknown, not empty',
    async exit => {
      const wire = new Wire();
      wire.reply = () => answer('half', exit);
      const error = await errorOf(linkOver(wire).ask(probe, {what: 'a'}));
      expect(error).toMatchObject({code: 'host.lost', kind: 'outside'});
      expect(error.message).toContain('web1 was lost during test.ask; what it came to is unknown');
    },
  );

  it('a script that failed is told with its last words, and nothing is taken from it', async () => {
    const wire = new Wire();
    wire.reply = () => answer('', {code: 3}, 'first\nlast words\n');
    const error = await errorOf(linkOver(wire).ask(probe, {what: 'a'}));
    expect(error.code).toBe('host.script-failed');
    expect(error.message).toBe('test.ask on web1 ended with 3 (last words); nothing was taken from it');
  });

  it('an answer that is none is told as that, whatever the parser fell over', async () => {
    const wire = new Wire();
    const link = linkOver(wire);
    wire.reply = () => ({exit: {code: 0}, stdout: Buffer.from('@@ said\n'), stderr: ''});
    expect((await errorOf(link.ask(probe, {what: 'a'}))).message).toContain('cut short');
    const falls: typeof probe = {
      ...probe,
      parse: () => {
        throw new TypeError('undefined is not a package');
      },
    };
    const error = await errorOf(link.ask(falls, {what: 'a'}));
    expect(error).toMatchObject({code: 'host.bad-answer'});
    expect(error.message).not.toContain('undefined');
  });

  it('passes limits on', async () => {
    const wire = new Wire();
    await linkOver(wire).ask(probe, {what: 'a'}, {deadlineMs: 5});
    expect(wire.asked[0]?.options).toMatchObject({deadlineMs: 5});
    expect(wire.asked[0]?.options?.signal).toBeInstanceOf(AbortSignal);
  });
});
