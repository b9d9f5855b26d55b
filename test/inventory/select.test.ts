import {describe, expect, it} from 'vitest';
import {parseInventory} from '../../src/inventory/parse.ts';
import {selectHosts} from '../../src/inventory/select.ts';
import {PatchdeckError} from '../../src/model/error.ts';

const inventory = parseInventory(
  `fleet: shop
groups: {web: {}, db: {tags: [dear]}, empty: {}}
hosts:
  web1: {groups: [web], tags: [eu]}
  db1: {groups: [db]}
  web2: {groups: [web], tags: [us]}
  web2.old: {tags: [eu-west]}
`,
  'fleet.yaml',
);
const names = (patterns: string[], exclude: string[] = []): string[] =>
  selectHosts(inventory, patterns, exclude).map(host => host.name);
const refusal = (patterns: string[], exclude: string[] = []): string => {
  try {
    return names(patterns, exclude).join();
  } catch (error) {
    if (!(error instanceof PatchdeckError)) throw error;
    expect(error).toMatchObject({kind: 'input', code: 'inventory.no-match'});
    return error.message;
  }
};

describe('what patterns mean', () => {
  it.each([
    [[], 'web1 db1 web2 web2.old'],
    [['db1'], 'db1'],
    [['web'], 'web1 web2'],
    [['web*'], 'web1 web2 web2.old'],
    [['web?'], 'web1 web2'],
    [['web[12]', 'db1'], 'web1 db1 web2'],
    [['{db1,web1}'], 'web1 db1'],
    [['tag:eu'], 'web1'],
    [['tag:eu*'], 'web1 web2.old'],
    [['tag:dear'], 'db1'],
    [['web2', 'web2'], 'web2'],
  ])('%j', (patterns, expected) => {
    expect(names(patterns).join(' ')).toBe(expected);
  });

  it('takes away what is excluded, in the order of the inventory', () => {
    expect(names([], ['web'])).toEqual(['db1', 'web2.old']);
    expect(names(['web2', 'web1'], ['tag:us'])).toEqual(['web1']);
  });
});

describe('a pattern that matches nothing is an error', () => {
  it.each([
    [['wbe*'], 'did you mean "web*"?'],
    [['web3'], 'did you mean "web1"?'],
    [['WEB1'], 'did you mean "web1"?'],
    [['dd'], 'did you mean "db"?'],
    [['tag:ue'], 'did you mean "tag:eu"?'],
    [['xyz'], '"xyz" matches no host; nothing was done'],
    [['empty'], '"empty" matches no host'],
    [['!web1'], 'matches no host'],
    [[''], '"" matches no host'],
    [['web1', 'nope', 'nada'], '"nope" matches no host; "nada" matches no host'],
  ])('%j', (patterns, expected) => {
    expect(refusal(patterns)).toContain(expected);
  });

  it('also when it is endless: cut short it would match everything', () => {
    expect(refusal([`${'*'.repeat(100_000)}x`])).toContain('matches no host');
  });

  it('also after --exclude, which would otherwise exclude nobody in silence', () => {
    expect(refusal([], ['wbe1'])).toContain('--exclude "wbe1" matches no host (did you mean "web1"?)');
  });

  it('says so when nothing is left', () => {
    expect(refusal(['web1'], ['web'])).toContain('no host is left after --exclude');
  });
});
