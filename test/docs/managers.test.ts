import {readdir, readFile} from 'node:fs/promises';
import {expect, it} from 'vitest';
import {distributionManagers} from '../../src/managers/registry.ts';
import {managersMarkdown} from './managers-markdown.ts';

it('docs/managers.md says of each manager of the registry what it was proven on and what it can do', async () => {
  await expect(managersMarkdown()).toMatchFileSnapshot('../../docs/managers.md');
});

it('what is said to be proven in the lab is driven there', async () => {
  const lab = new URL('../lab/', import.meta.url);
  const files = (await readdir(lab)).filter(file => file.endsWith('.test.ts'));
  const text = (await Promise.all(files.map(file => readFile(new URL(file, lab), 'utf8')))).join('\n');
  for (const {id, proven} of distributionManagers) {
    if (proven.by === 'lab') expect(text, id).toMatch(new RegExp(`\\b${id}\\b`));
  }
});
