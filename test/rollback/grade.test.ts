import {describe, expect, it, test} from 'vitest';
import {apt} from '../../src/managers/apt/apt.ts';
import type {StagedFile} from '../../src/model/rollback.ts';
import {gradeRollback, type Evidence} from '../../src/rollback/grade.ts';
import {fixture} from '../fixtures/fixture.ts';

const file = (name: string, source: StagedFile['source']): StagedFile => ({
  name,
  arch: 'amd64',
  version: '1.0',
  file: `${name}_1.0_amd64.deb`,
  sha256: '0'.repeat(64),
  bytes: 1,
  source,
});
const [archive, cache, repacked] = [file('web', 'archive'), file('lib', 'cache'), file('own', 'repacked')];
const gone = [{name: 'old', version: '0.9'}];
const evidence = (stated: Partial<Evidence>): Evidence => ({
  changes: [],
  previous: [],
  gone: [],
  simulationDiffers: undefined,
  refusals: [],
  ...stated,
});
const anew = 'own 1.0 was packed anew from the host: locally edited files are in it';

describe('the way back', () => {
  test.each<[string, Partial<Evidence>, string, string[]]>([
    ['all from the archive', {previous: [archive]}, 'full', ['1 previous package from archive']],
    [
      'archive and cache',
      {previous: [archive, cache]},
      'full',
      ['2 previous packages from archive and cache'],
    ],
    ['only packages that come anew', {}, 'full', ['0 previous packages from nowhere: none is replaced']],
    ['one packed anew', {previous: [archive, repacked]}, 'partial', [anew]],
    [
      'another simulation',
      {previous: [archive], simulationDiffers: {why: 'also tzdata 1 -> none'}},
      'partial',
      ['the simulated way back differs: also tzdata 1 -> none'],
    ],
    [
      'no simulation',
      {previous: [archive], simulationDiffers: 'none'},
      'partial',
      ['the way back cannot be rehearsed'],
    ],
    [
      'both',
      {previous: [repacked], simulationDiffers: {why: 'held broken packages'}},
      'partial',
      [anew, 'the simulated way back differs: held broken packages'],
    ],
    [
      'a script that may refuse it',
      {previous: [archive], refusals: ['the preinst of web may refuse to go back']},
      'partial',
      ['the preinst of web may refuse to go back'],
    ],
    ['one gone', {previous: [archive], gone}, 'none', ['old 0.9 is gone from cache and archive']],
    [
      'one gone and one packed anew: the worst counts',
      {previous: [repacked], gone, simulationDiffers: {why: 'x'}},
      'none',
      ['old 0.9 is gone from cache and archive'],
    ],
  ])('%s', (_, stated, grade, reasons) => {
    expect(gradeRollback(evidence(stated))).toEqual({grade, reasons});
  });

  it('is none when a previous package is not there as it was staged, though it is not gone', () => {
    const changes = [
      {manager: 'apt', name: 'web', arch: 'amd64', from: '1.0', to: '2.0'},
      {manager: 'apt', name: 'lib', arch: 'amd64', from: '1.0', to: null},
      {manager: 'apt', name: 'new', arch: 'amd64', from: null, to: '1.0'},
    ] as const;
    expect(gradeRollback(evidence({changes, previous: [archive]}))).toEqual({
      grade: 'none',
      reasons: ['lib 1.0 is not there as it was staged'],
    });
    expect(gradeRollback(evidence({changes, previous: [archive, cache]})).grade).toBe('full');
    const other = {...cache, arch: 'i386'};
    expect(gradeRollback(evidence({changes, previous: [archive, other]})).grade).toBe('none');
  });

  it('of a real Debian 12 without dpkg-repack is none, of a Debian 13 with it partial', () => {
    const gradeOf = (release: string): unknown => {
      const packages = apt.staged.parse(fixture(`${release}/packages.staged/every-source.txt`));
      return gradeRollback(evidence(packages));
    };
    expect(gradeOf('debian-12')).toEqual({
      grade: 'none',
      reasons: ['pdlab-gone 1.0 is gone from cache and archive'],
    });
    expect(gradeOf('debian-13')).toEqual({
      grade: 'partial',
      reasons: ['pdlab-gone 1.0 was packed anew from the host: locally edited files are in it'],
    });
  });
});
