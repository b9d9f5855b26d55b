import {describe, expect, it, test} from 'vitest';
import {apt} from '../../src/managers/apt/apt.ts';
import {mayRefuse} from '../../src/managers/apt/refusals.ts';
import type {Change} from '../../src/model/package.ts';
import type {StagedFile} from '../../src/model/rollback.ts';

const guarded = (condition: string): string => `#!/bin/sh
set -e
if ${condition}; then
  echo "no"
  exit 1
fi
exit 0
`;

describe('a maintainer script that may refuse the way back', () => {
  // What the script of the version before says to the version that is left, 2.0.
  test.each<[string, string, boolean]>([
    ['lets nothing newer go', guarded('dpkg --compare-versions "$2" gt 1.0'), true],
    ['that only when upgraded', guarded('[ "$1" = upgrade ] && dpkg --compare-versions "$2" gt 1.0'), true],
    ['lets nothing older go', guarded('dpkg --compare-versions "$2" lt 1.0'), false],
    ['old, when upgraded', guarded('[ "$1" = upgrade ] && dpkg --compare-versions "$2" lt 1.0'), false],
    ['compares the other way round', guarded('dpkg --compare-versions 1.0 lt-nl "${2}"'), true],
    ['denies', guarded('! dpkg --compare-versions "$2" le 1.0'), true],
    ['where something else suffices', guarded('dpkg --compare-versions "$2" lt 1.0 || [ -e /x ]'), true],
    ['a variable of which nothing is known', guarded('dpkg --compare-versions "$from" lt 1.0'), true],
    [
      'a variable that is the version',
      `from=$2\n${guarded('dpkg --compare-versions "$from" lt 1.0')}`,
      false,
    ],
    ['a version that is found out', guarded('dpkg --compare-versions "$2" lt "$(cat /x)"'), true],
    ['the other branch', 'if dpkg --compare-versions "$2" lt 1.0; then\n  true\nelse\n  exit 2\nfi\n', true],
    ['fails elsewhere', 'if dpkg --compare-versions "$2" gt 1.0; then\n  :\nfi\nexit 1\n', false],
    ['in a line', 'dpkg --compare-versions "$2" le 1.0 || exit 1\n', true],
    ['in a line that is fine', 'dpkg --compare-versions "$2" ge 1.0 || exit 1\n', false],
    ['speaks of it', 'if [ -e /x ]; then\n  echo "downgrades are not possible"\n  exit 1\nfi\n', true],
    ['only speaks of it', 'echo "downgrading"\nexit 0\n', false],
    ['only in a comment', '# if dpkg --compare-versions "$2" gt 1.0; then exit 1; fi\nexit 0\n', false],
  ])('%s', (_, script, refuses) => {
    expect(mayRefuse(script, '2.0')).toBe(refuses);
  });

  it('is named with its package, and nothing else is', () => {
    const row = (name: string, script: string, text: string): string =>
      `${name}\t${script}\t2.0\t${Buffer.from(text).toString('base64')}`;
    const refusing = row('web', 'preinst', guarded('dpkg --compare-versions "$2" gt 1.0'));
    const answer = ['@@ scripts', refusing, row('lib', 'prerm', 'exit 0'), '@@ end', ''].join('\n');
    expect(apt.refusals.parse(Buffer.from(answer))).toEqual(['the preinst of web may refuse to go back']);
  });

  it('is looked for in the new prerm and the old preinst of what is replaced', () => {
    const file = (name: string, version: string): StagedFile => ({
      ...{name, arch: 'all', version, file: `${name}_${version}_all.deb`},
      ...{sha256: '0'.repeat(64), bytes: 1, source: 'archive'},
    });
    const change = (name: string, from: string | null, to: string | null): Change => {
      return {manager: 'apt', name, arch: 'all', from, to};
    };
    const {text} = apt.refusals.script({
      directory: '/x',
      changes: [change('web', '1.0', '2.0'), change('new', null, '1.0'), change('old', '1.0', null)],
      fresh: [file('web', '2.0'), file('new', '1.0')],
      previous: [file('web', '1.0'), file('old', '1.0')],
    });
    expect(text).toContain('web new/web_2.0_all.deb prerm 1.0');
    expect(text).toContain('web old/web_1.0_all.deb preinst 2.0');
    expect(text).not.toMatch(/new\/new_|old\/old_/);
  });
});
