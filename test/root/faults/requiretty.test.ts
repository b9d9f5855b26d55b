import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {realWorldOfFile} from '../../ssh/real-world-of-file.ts';
import {asker, failure, script} from '../../ssh/world.ts';

const real = realWorldOfFile();
const {account, openAs} = real;

const transports = ['ssh2', 'system'] as const;
const free = 'USER ALL=(ALL) NOPASSWD: ALL';

describe.each(transports)('on a terminal, where root is had in no other way (%s)', transport => {
  it('sudo with requiretty gives answers to the byte, with stderr apart', async () => {
    const one = await account({sudo: `Defaults:USER requiretty\n${free}`});
    const session = await openAs(one, asker().ask, {transport});
    const file = join(real.world.folder, `${one.name}.random`);
    const body = `head -c 300000 /dev/urandom | tee ${file}; echo trouble >&2; exit 4`;
    const answer = await session.run(script(body, true));
    const random = await readFile(file);
    expect([random.equals(answer.stdout), answer.stderr, answer.exit]).toEqual([
      true,
      'trouble\n',
      {code: 4},
    ]);
    // A text longer than a terminal's line, and characters that a terminal would act upon.
    const long = `printf %s '${'\u0003\u0004x'.repeat(4000)}' | wc -c; id -u; cat`;
    expect(await real.world.output(session, long, true)).toBe('12000\n0\n');
    session.close();
  });

  it.each([
    ['sudo', {sudo: 'Defaults:USER requiretty\nUSER ALL=(ALL) ALL'}],
    ['doas', {doas: 'permit USER as root'}],
  ] as const)('%s takes its password once its prompt stands, and shows it nowhere', async (become, rules) => {
    const one = await account(rules);
    const {ask, asked} = asker({secret: 'wrong horse'}, {secret: one.password});
    const session = await openAs(one, ask, {transport, become});
    const error = await failure(session.run(script('id -u', true)), 'wrong horse');
    expect(error.code).toBe('become.wrong-password');
    const answer = await session.run(script('id -u; ps -eo args', true));
    const shown = Buffer.from(answer.stdout).toString();
    expect(shown.startsWith('0\n')).toBe(true);
    expect(shown).not.toContain(one.password);
    expect(await real.world.output(session, 'id -u', true)).toBe('0\n');
    expect(asked.map(question => 'what' in question && question.what)).toEqual([
      'become-password',
      'become-password',
    ]);
    session.close();
  });
});
