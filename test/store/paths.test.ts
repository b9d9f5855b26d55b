import {describe, expect, test} from 'vitest';
import {fleetJournal, newRunId, runDirectory, stateDirectory} from '../../src/store/paths.ts';

describe('where the state is kept', () => {
  const env = {HOME: '/home/ana', XDG_STATE_HOME: '/var/xdg', PATCHDECK_STATE_DIR: '/srv/state'};

  test('the flag wins over the environment', () => {
    expect(stateDirectory('/flag', env)).toBe('/flag');
  });
  test('then PATCHDECK_STATE_DIR, then XDG_STATE_HOME, then ~/.local/state', () => {
    expect(stateDirectory(undefined, env)).toBe('/srv/state');
    expect(stateDirectory(undefined, {...env, PATCHDECK_STATE_DIR: ''})).toBe('/var/xdg/patchdeck');
    expect(stateDirectory(undefined, {HOME: '/home/ana'})).toBe('/home/ana/.local/state/patchdeck');
  });
  test('a relative XDG_STATE_HOME is ignored, as its specification says', () => {
    expect(stateDirectory(undefined, {HOME: '/home/ana', XDG_STATE_HOME: 'state'})).toBe(
      '/home/ana/.local/state/patchdeck',
    );
  });
  test('a relative flag is below the working directory', () => {
    expect(stateDirectory('state', env)).toBe(`${process.cwd()}/state`);
  });
});

describe('the id of a run', () => {
  test('is the minute it began in UTC, and four hex digits', () => {
    expect(newRunId(new Date('2026-11-24T02:33:59Z'), '1a2bcdef')).toBe('20261124-0233-1a2b');
  });
  test.each(['', '..', '../../etc', '20261124-0233-1a2b/..', '20261124-0233-1A2B', '20261124-0233-1a2b\n'])(
    'never becomes a path when it is %j',
    id => {
      expect(() => runDirectory('/state', id)).toThrow(
        expect.objectContaining({kind: 'input', code: 'run.bad-id'}),
      );
    },
  );
  test('names its directory', () => {
    expect(runDirectory('/state', '20261124-0233-1a2b')).toBe('/state/runs/20261124-0233-1a2b');
  });
});

describe('the journal of a fleet', () => {
  test('is named after it, and no name leads out of its directory', () => {
    expect(fleetJournal('/state', 'shop-eu')).toBe('/state/fleets/shop-eu.jsonl');
    expect(fleetJournal('/state', '../x')).toBe('/state/fleets/.2e..2e..2f.x.jsonl');
    expect(fleetJournal('/state', 'Büro')).toBe('/state/fleets/B.fc.ro.jsonl');
  });
  test('is another one for another fleet', () => {
    expect(fleetJournal('/state', 'a/b')).not.toBe(fleetJournal('/state', 'a.2f.b'));
  });
});
