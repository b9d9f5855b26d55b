import {describe, expect, it} from 'vitest';
import {pollJob, removeJob, startJob} from '../../src/jobs/job-scripts.ts';
import {decode} from '../../src/model/clean.ts';
import {hasCode} from '../../src/model/error.ts';
import {fixture, releases} from '../fixtures/fixture.ts';

const answer = (text: string): Buffer => Buffer.from(`${text}\n@@ end\n`);
const refused = (read: () => unknown): boolean => {
  try {
    read();
  } catch (error) {
    return hasCode(error, 'host.bad-answer');
  }
  return false;
};

describe.each(releases)('what a real %s says of a job', release => {
  const poll = (name: string): {state: unknown; log: string} => {
    const {state, chunk} = pollJob.parse(fixture(`${release}/job.poll/${name}.txt`));
    return {state, log: decode(chunk)};
  };
  const start = (name: string): unknown => startJob.parse(fixture(`${release}/job.start/${name}.txt`));

  it('that runs, with its log so far', () => {
    expect(poll('running')).toEqual({state: {state: 'running', logBytes: 6}, log: 'begun\n'});
  });

  it('that ended, with its code', () => {
    expect(poll('ended-with-0')).toEqual({
      state: {state: 'ended', rc: 0, logBytes: 12},
      log: 'all is well\n',
    });
    expect(poll('ended-with-7')).toMatchObject({state: {state: 'ended', rc: 7}});
  });

  it('the rest of the log, from where it is known', () => {
    expect(poll('ended-with-0-from-offset-4').log).toBe('is well\n');
  });

  it('that found another one at work: whose, and since when', () => {
    const {state, log} = poll('ended-with-75-for-the-host-is-busy');
    expect(state).toMatchObject({state: 'ended', rc: 75});
    expect(log).toMatch(/^busy: \{"id":"[0-9a-f]{32}","kind":"install",.*"by":"recorder"\} at 20\d\d-/);
  });

  it('that was killed, that a reboot ended, that never began', () => {
    expect(poll('died').state).toMatchObject({state: 'died'});
    expect(poll('interrupted')).toMatchObject({state: {state: 'interrupted'}, log: 'begun\n'});
    expect(poll('never-started')).toEqual({state: {state: 'never-started'}, log: ''});
  });

  it('that is not there on a host that is not what it was', () => {
    expect(poll('replaced-by-another-machine').state).toEqual({
      state: 'replaced',
      reason: 'this is not the machine that was scanned (its machine-id differs)',
    });
    expect(poll('replaced-it-booted-since').state).toEqual({
      state: 'replaced',
      reason: 'it booted since and the job is not there: it was restored, or it never began',
    });
  });

  it('that was started, was there already, or was refused', () => {
    expect(start('started')).toEqual({outcome: 'started', reason: ''});
    expect(start('claimed')).toEqual({outcome: 'claimed', reason: ''});
    expect(start('replaced-another-machine')).toMatchObject({outcome: 'replaced'});
    expect(start('refused-a-planted-link')).toEqual({
      outcome: 'refused',
      reason: "/var/lib/patchdeck is a link, not root's, or writable by others",
    });
  });
});

describe('answers about jobs that cannot be believed', () => {
  it.each([
    ['a state nobody knows', '@@ state\nsleeping\n@@ size\n0\n@@ log'],
    ['an rc that is none', '@@ state\nended $?\n@@ size\n0\n@@ log'],
    ['an rc that is empty', '@@ state\nended \n@@ size\n0\n@@ log'],
    ['no state', '@@ state\n\n@@ size\n0\n@@ log'],
    ['a size that is none', '@@ state\nrunning\n@@ size\nmuch\n@@ log'],
    ['no log', '@@ state\nrunning\n@@ size\n0'],
  ])('%s is refused', (_, text) => {
    expect(refused(() => pollJob.parse(answer(text)))).toBe(true);
  });

  it('an outcome of a start that nobody knows is refused', () => {
    expect(refused(() => startJob.parse(answer('@@ outcome\nmaybe\n@@ reason')))).toBe(true);
  });

  it('one that was cut short is refused', () => {
    for (const probe of [pollJob, startJob, removeJob]) {
      expect(refused(() => probe.parse(Buffer.from('@@ state\nrunning\n')))).toBe(true);
    }
  });

  it('bytes of a log that are no text come through as they are', () => {
    const bytes = Buffer.from([0, 255, 27, 10, 128]);
    const text = `@@ state\nrunning\n@@ size\n5\n@@ log\n${bytes.toString('base64')}`;
    expect(Buffer.from(pollJob.parse(answer(text)).chunk)).toEqual(bytes);
  });
});
