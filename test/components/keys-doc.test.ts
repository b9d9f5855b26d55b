import {expect, test} from 'vitest';
import {bindings, bindingsOf} from '../../components/bindings/all.ts';
import {keysMarkdown} from '../../components/bindings/keys-markdown.ts';
import {screenIds} from '../../components/screens/screen-id.ts';

test('docs/keys.md lists the keys as they are', async () => {
  await expect(keysMarkdown()).toMatchFileSnapshot('../../docs/keys.md');
});

test('no key means two things on one screen', () => {
  for (const screen of screenIds) {
    const keys = bindingsOf(screen).flatMap(binding => binding.keys);
    expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
  }
});

test('live actions are capital letters, safe ones are not', () => {
  const live = bindings.filter(binding => binding.tier === 'live').flatMap(binding => binding.keys);
  expect(live).toEqual(expect.arrayContaining(['T', 'D', 'R']));
  expect(live.every(key => /^[A-Z]$/.test(key))).toBe(true);
});
