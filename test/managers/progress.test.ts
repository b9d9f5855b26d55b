import {describe, expect, it, test} from 'vitest';
import {apt} from '../../src/managers/apt/apt.ts';
import type {Progress} from '../../src/jobs/progress.ts';
import {fixtureLines, releases} from '../fixtures/fixture.ts';

const said = (path: string): Progress[] => fixtureLines(path).flatMap(line => apt.progress(line) ?? []);
const percents = (path: string, word: string): number[] =>
  fixtureLines(path)
    .filter(line => line.startsWith(word))
    .flatMap(line => apt.progress(line)?.percent ?? []);

describe.each(releases)('the progress that logs of a real %s show', release => {
  it('rises to nearly all while dpkg works, and names packages', () => {
    const shown = percents(`${release}/log/install.txt`, 'pmstatus:');
    expect(shown.length).toBeGreaterThan(40);
    expect(shown).toEqual([...shown].sort((a, b) => a - b));
    expect(shown.at(-1)).toBeGreaterThan(95);
    expect(said(`${release}/log/install.txt`)).toContainEqual({
      percent: expect.any(Number) as number,
      line: 'Unpacking pdlab-newdep (amd64)',
    });
  });

  it('rises on the way back too', () => {
    const shown = percents(`${release}/log/undo.txt`, 'pmstatus:');
    expect(shown.length).toBeGreaterThan(40);
    expect(shown).toEqual([...shown].sort((a, b) => a - b));
  });

  it('rises to 100 while packages are staged', () => {
    const shown = percents(`${release}/log/stage.txt`, 'patchdeck-progress');
    expect(shown).toEqual([...shown].sort((a, b) => a - b));
    expect(shown.at(-1)).toBe(100);
    expect(said(`${release}/log/stage.txt`).map(item => item.line)).toContain('old pdlab-cached 1.0 (cache)');
  });

  it('a failed postinst is named, with what dpkg says of it, and moves no bar', () => {
    const shown = said(`${release}/log/install-postinst-fails.txt`);
    expect(shown.at(-1)).toEqual({
      line: expect.stringMatching(
        /^pdlab-postinst-fails: installed pdlab-postinst-fails package post-inst/,
      ) as string,
    });
    expect(shown.at(-1)?.percent).toBeUndefined();
  });

  it('a conffile prompt without an answer is named', () => {
    expect(said(`${release}/log/conffile-prompt.txt`).map(item => item.line)).toContain(
      'pdlab-conffile: end of file on stdin at conffile prompt',
    );
  });

  it('an edited conffile is kept without a question, and the log ends well', () => {
    const lines = fixtureLines(`${release}/log/install-keeps-an-edited-conffile.txt`);
    expect(lines).toContain(' ==> Keeping old config file as default.');
    expect(percents(`${release}/log/install-keeps-an-edited-conffile.txt`, 'pmstatus:').at(-1)).toBe(80);
  });
});

test.each([
  [
    'pmstatus:libssl3:amd64:42.8571:Unpacking libssl3 (amd64)',
    {percent: 42.8571, line: 'Unpacking libssl3 (amd64)'},
  ],
  ['pmstatus:dpkg-exec:0.0000:Running dpkg', {percent: 0, line: 'Running dpkg'}],
  ['dlstatus:3:84.8502:Retrieving file 3 of 8', {percent: 84.8502, line: 'Retrieving file 3 of 8'}],
  [
    'pmerror:/x/new/acme_1_all.deb:10.0:broken \u001b[2Jarchive',
    {line: '/x/new/acme_1_all.deb: broken archive'},
  ],
  ['patchdeck-progress 50 web.service active', {percent: 50, line: 'web.service active'}],
])('"%s" is shown as it should', (line, shown) => {
  expect(apt.progress(line)).toEqual(shown);
});

test.each([
  'Setting up pdlab-web (1.1) ...',
  'pmconffile:/etc/x.conf:40.0:prompt',
  'pmstatus:half',
  'xpmstatus:a:1:b',
  'patchdeck-progress many of them',
  '',
])('"%s" says nothing of progress', line => {
  expect(apt.progress(line)).toBeUndefined();
});
