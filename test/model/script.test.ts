import {execFileSync} from 'node:child_process';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {defineScript, quote, readScriptHeader} from '../../src/model/script.ts';

const sh = (text: string, input = ''): string =>
  execFileSync('/bin/sh', ['-c', text], {encoding: 'utf8', input});
const run = (text: string): string => execFileSync('/bin/sh', ['-s'], {encoding: 'utf8', input: text});

/** What an argument of a program can be: anything but a null byte. */
const word = fc.string({unit: 'grapheme'}).map(text => text.replaceAll('\0', ''));
const nasty = fc.constantFrom("'", '"', '$(id)', '`id`', '\\', '\n', ' ', '*', ';', "'; rm -rf /", '-n', '');

describe('a quoted word', () => {
  test('is one word to a shell, whatever is in it', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(word, nasty), {maxLength: 4}), words => {
        const said = sh(`printf '%s\\0' ${words.map(quote).join(' ')} end`);
        expect(said).toBe([...words, 'end', ''].join('\0'));
      }),
      {numRuns: 60},
    );
  });
});

describe('a script', () => {
  test('gets its arguments as they are, a list as lines', () => {
    const script = defineScript(
      'test.show',
      {name: "it's $HOME", count: 3, list: ['a b', 'c;d']},
      'printf "%s|" "$1" "$2" "$3"',
      {root: false},
    );
    expect(run(script.text)).toBe("it's $HOME|3|a b\nc;d|");
  });

  test('is headed by its verb and arguments, which can be read back', () => {
    const args = {package: 'nginx', quote: `"'\n`, list: ['a', 'b']};
    const script = defineScript('apt.install', args, 'true', {root: true});
    expect(readScriptHeader(script.text)).toEqual({verb: 'apt.install', args});
    expect(readScriptHeader(`echo READY\n${script.text}`)).toEqual({verb: 'apt.install', args});
    expect(script).toMatchObject({verb: 'apt.install', root: true});
  });

  test('cut short anywhere on its way does nothing', () => {
    const {text} = defineScript('test.act', {what: 'it'}, 'echo "done $1"', {root: false});
    expect(run(text)).toBe('done it\n');
    const lastLine = text.lastIndexOf('\npatchdeck_main') + 1;
    for (let length = 0; length <= lastLine + 'patchdeck_mai'.length; length += 3) {
      const cut = text.slice(0, length);
      const said = execFileSync('/bin/sh', ['-c', '/bin/sh -s 2>/dev/null || true'], {
        encoding: 'utf8',
        input: cut,
      });
      expect(said).toBe('');
    }
  });

  test('reads nothing from where it came', () => {
    const {text} = defineScript('test.read', {}, 'cat', {root: false});
    // More than a shell reads ahead: the rest would be there to be read.
    const rest = `# ${'x'.repeat(100)}\n`.repeat(2000);
    expect(run(`${text}${rest}echo after\n`)).toBe('after\n');
  });

  test('text without a header has none', () => {
    expect(readScriptHeader('echo hello')).toBeUndefined();
    expect(readScriptHeader('#patchdeck {"verb":1,"args":{}}')).toBeUndefined();
    expect(readScriptHeader('#patchdeck null')).toBeUndefined();
  });
});
