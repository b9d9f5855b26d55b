import {readFile} from 'node:fs/promises';
import {describe, expect, it} from 'vitest';
import {cvesIn, entriesAfter, fixesIn, highestUrgency} from '../../src/advisories/changelog.ts';

/** From the package openssl 3.0.19-1~deb12u2 of Debian 12, its newest nine entries. */
const openssl = await readFile(
  new URL('fixtures/openssl-3.0.19-1~deb12u2.changelog', import.meta.url),
  'utf8',
);
const versions = (text: string, installed: string): string[] =>
  entriesAfter(text, installed).map(entry => entry.version);

describe("Debian's changelog of openssl", () => {
  it('gives what came after the installed version', () => {
    expect(versions(openssl, '3.0.17-1~deb12u3')).toEqual([
      '3.0.19-1~deb12u2',
      '3.0.19-1~deb12u1',
      '3.0.18-1~deb12u2',
      '3.0.18-1~deb12u1',
    ]);
    expect(versions(openssl, '3.0.19-1~deb12u2')).toEqual([]);
  });

  it('names the CVEs of just those entries', () => {
    expect(cvesIn(entriesAfter(openssl, '3.0.19-1~deb12u1'))).toEqual([
      'CVE-2026-28387',
      'CVE-2026-28389',
      'CVE-2026-28390',
      'CVE-2026-31789',
      'CVE-2026-31790',
    ]);
    const more = cvesIn(entriesAfter(openssl, '3.0.17-1~deb12u2'));
    expect(more).toContain('CVE-2025-15467');
    expect(more).toContain('CVE-2025-9230');
    expect(more).toEqual([...new Set(more)].sort());
  });

  it('says where an upload went and how urgent it was', () => {
    const [newest] = entriesAfter(openssl, '3.0.19-1~deb12u1');
    expect(newest).toMatchObject({distribution: 'bookworm-security', urgency: 'medium'});
  });

  it('compares with a local rebuild that the changelog does not know', () => {
    expect(versions(openssl, '3.0.18-1~deb12u1+local1')).toEqual([
      '3.0.19-1~deb12u2',
      '3.0.19-1~deb12u1',
      '3.0.18-1~deb12u2',
    ]);
  });
});

const entry = (heading: string, ...lines: string[]): string =>
  `${heading}\n\n${lines.map(line => `  ${line}\n`).join('')}\n -- A B <a@b.example>  Sat, 24 Jan 2026 16:01:59 +0100\n\n`;

it('reads the headings that deb-changelog(5) allows', () => {
  const text =
    entry(
      'libc++ (1:2.0~rc1+dfsg-1+b1) sid experimental; urgency=HIGH (for web servers), binary-only=yes',
      '* x',
    ) +
    entry('a (1.5-1) UNRELEASED; medium-urgency=no', '* y') +
    entry('a (1.4-1) bookworm; urgency=emergency', '* z');
  const entries = entriesAfter(text, '1.3');
  expect(entries.map(({version, distribution, urgency}) => [version, distribution, urgency])).toEqual([
    ['1:2.0~rc1+dfsg-1+b1', 'sid experimental', 'high'],
    ['1.5-1', 'UNRELEASED', 'unknown'],
    ['1.4-1', 'bookworm', 'emergency'],
  ]);
  expect(highestUrgency(entries)).toBe('emergency');
  expect(highestUrgency([])).toBe('unknown');
});

it('finds CVE ids however they are written, each once', () => {
  const text = entry(
    'a (2-1) sid; urgency=low',
    '* Fix cve-2024-1234, CVE-2024-1234 and (CVE-2023-123456).',
    '* No ids: CVE-2024-123, CVE-24-12345, XCVE-2024-9999, CVE-2024-12345678901234567890123.',
  );
  expect(cvesIn(entriesAfter(text, '1'))).toEqual(['CVE-2023-123456', 'CVE-2024-1234']);
});

it('does not take what stands below the installed version, though its number is higher', () => {
  const text =
    entry('new-name (2.0-1) sid; urgency=low', '* CVE-2025-1111') +
    entry('new-name (1.0-1) sid; urgency=low', '* Renamed.') +
    entry('old-name (5.0-1) sid; urgency=low', '* CVE-2020-5555');
  expect(cvesIn(entriesAfter(text, '1.0-1'))).toEqual(['CVE-2025-1111']);
});

it('skips entries of another branch that are older than what is installed', () => {
  const text =
    entry('a (3.0-1) sid; urgency=low', '* CVE-2025-3333') +
    entry('a (1.9-1~deb11u1) bullseye; urgency=low', '* CVE-2024-1999') +
    entry('a (2.5-1) sid; urgency=low', '* CVE-2025-2555') +
    entry('a (2.0-1) sid; urgency=low', '* CVE-2024-2000');
  expect(cvesIn(entriesAfter(text, '2.0-1'))).toEqual(['CVE-2025-2555', 'CVE-2025-3333']);
});

it('takes nothing from text that is no changelog, and no terminal sequences from one that is', () => {
  expect(entriesAfter('E: Failed to fetch\n<html>CVE-2025-1111</html>\n', '1')).toEqual([]);
  const text = entry('a (2-1) sid; urgency=low', '* \u001b]52;c;AAAA\u0007CVE-2025-1111 \u001b[31mred');
  expect(entriesAfter(text, '1')[0]?.text).not.toMatch(/[\u001b\u0007]|AAAA/);
});

it('reads a hundred thousand lines that almost match in no time', () => {
  const started = performance.now();
  expect(entriesAfter(`a (1) ${'sid '.repeat(100)}\n`.repeat(100_000).slice(0, 8_000_000), '0')).toEqual([]);
  expect(performance.now() - started).toBeLessThan(5000);
});

describe('what an update fixes', () => {
  it('is said with its source', () => {
    expect(fixesIn(openssl, '3.0.17-1~deb12u2')).toMatchObject({source: 'changelog', urgency: 'medium'});
  });

  it('may be more than a changelog that was cut short says', () => {
    const half = openssl.slice(0, openssl.length / 2);
    expect(fixesIn(half, '3.0.15-1~deb12u1')).toMatchObject({
      cves: expect.arrayContaining(['CVE-2026-28387']) as string[],
      source: 'changelog, which does not reach back to the installed version',
    });
  });

  it('is not known from a changelog that does not know the update', () => {
    const missing = 'its changelog names no version newer than the installed one';
    expect(fixesIn(openssl, '3.0.22-1~deb12u2')).toEqual({missing});
    expect(fixesIn('', '1')).toEqual({missing});
  });
});
