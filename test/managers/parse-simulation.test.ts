import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {parseSimulation} from '../../src/managers/apt/simulation.ts';
import {hasCode} from '../../src/model/error.ts';
import {fixtureLines, releases} from '../fixtures/fixture.ts';

const parse = (...lines: string[]): ReturnType<typeof parseSimulation> => parseSimulation('apt.test', lines);
const refusal = (line: string): unknown => {
  try {
    parse(line);
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('the lines of apt-get -s', () => {
  it('an upgrade has the old and the new version, the origin and the architecture', () => {
    const line = 'Inst libssl3 [3.0.15-1] (3.0.17-1 Debian-Security:12/oldstable-security [amd64])';
    expect(parse(line).installs).toEqual([
      {
        name: 'libssl3',
        arch: 'amd64',
        from: '3.0.15-1',
        to: '3.0.17-1',
        origin: 'Debian-Security:12/oldstable-security',
      },
    ]);
  });

  it('a package that comes anew has no old version', () => {
    expect(parse('Inst pdlab-newdep-lib (1.0 Acme Tools:bookworm [all])').installs).toEqual([
      {name: 'pdlab-newdep-lib', arch: 'all', from: null, to: '1.0', origin: 'Acme Tools:bookworm'},
    ]);
  });

  it('a file without an origin is read, and so is one that apt calls local-deb', () => {
    expect(parse('Inst acme [1.0] (2.0 [amd64])').installs[0]).toMatchObject({to: '2.0', origin: ''});
    expect(parse('Inst acme [1.0] (2.0 local-deb [all])').installs[0]).toMatchObject({origin: 'local-deb'});
  });

  it('several origins and what apt adds after the bracket do not confuse it', () => {
    const origins = 'Ubuntu:24.04/noble-updates, Ubuntu:24.04/noble-security';
    const tail = '[perl:amd64 on perl-base:amd64] [perl-base:amd64 ]';
    expect(parse(`Inst perl [5.38.2-3] (5.38.2-3ubuntu0.1 ${origins} [amd64]) ${tail}`).installs).toEqual([
      {name: 'perl', arch: 'amd64', from: '5.38.2-3', to: '5.38.2-3ubuntu0.1', origin: origins},
    ]);
  });

  it('a package of another architecture is named without its suffix', () => {
    expect(parse('Inst pdlab-twin:i386 [1.0] (2.0 localhost [i386])').installs[0]).toMatchObject({
      name: 'pdlab-twin',
      arch: 'i386',
    });
  });

  it('removals and purges are read, with the architecture where apt names one', () => {
    expect(parse('Remv pdlab-old [1.0]', 'Purg nginx [1.22] []', 'Remv twin:i386 [1:2~b]').removes).toEqual([
      {name: 'pdlab-old', arch: undefined, version: '1.0'},
      {name: 'nginx', arch: undefined, version: '1.22'},
      {name: 'twin', arch: 'i386', version: '1:2~b'},
    ]);
  });

  it('Conf lines and prose change nothing', () => {
    const empty = {installs: [], removes: [], refused: undefined};
    expect(parse('Conf libssl3 (3.0.17-1 Debian:12/oldstable [amd64])', 'Instructions follow')).toEqual(
      empty,
    );
  });

  it('the first error is why apt refuses, made safe to show', () => {
    expect(parse('E: Unmet \u001b[31mdependencies\u001b[0m.', 'E: and more').refused).toBe(
      'Unmet dependencies.',
    );
  });

  it.each([
    'Inst libssl3',
    'Inst libssl3 [3.0.15-1]',
    'Inst libssl3 [3.0.15-1] (3.0.17-1 Debian:12/oldstable)',
    'Inst  [1] (2 Debian:12/oldstable [amd64])',
    'Remv libssl3',
    'Purg  [1.0]',
  ])('"%s" cannot be read, and nothing is taken from the answer', line => {
    const error = refusal(line);
    expect(hasCode(error, 'host.bad-answer')).toBe(true);
    expect(error).toMatchObject({message: expect.stringContaining(line.replace('  ', ' ')) as string});
  });

  it('whatever a line holds, it is read whole or refused: never half', () => {
    fc.assert(
      fc.property(fc.string({unit: 'grapheme', maxLength: 60}), tail => {
        const line = `Inst ${tail.replaceAll('\n', ' ')}`;
        const error = refusal(line);
        if (error !== undefined) return hasCode(error, 'host.bad-answer');
        const [item] = parse(line).installs;
        return item !== undefined && line.includes(`(${item.to}`) && line.includes(`[${item.arch}])`);
      }),
    );
  });
});

describe.each(releases)('simulations of a real %s', release => {
  const read = (name: string): ReturnType<typeof parseSimulation> =>
    parseSimulation('apt.test', fixtureLines(`${release}/${name}`));

  it('every Inst and Remv line of an upgrade is taken, and no other', () => {
    const name = 'apt.simulate-staged/as-planned.txt';
    const count = (word: string): number =>
      fixtureLines(`${release}/${name}`).filter(line => line.startsWith(`${word} `)).length;
    const {installs, removes, refused} = read(name);
    expect([installs.length, removes.length]).toEqual([count('Inst'), count('Remv')]);
    expect(installs.length).toBeGreaterThan(5);
    expect(refused).toBeUndefined();
  });

  it('a dependency that is not staged is refused, with what apt says', () => {
    expect(read('apt.simulate-staged/refused-dependency-not-staged.txt').refused).toBe(
      'Unable to correct problems, you have held broken packages.',
    );
  });

  it('a version that is nowhere is refused by name', () => {
    expect(read('apt.simulate/refused-no-such-version.txt').refused).toBe(
      "Version '9.9' for 'pdlab-web' was not found",
    );
  });
});
