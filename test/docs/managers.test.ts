import {readdir, readFile} from 'node:fs/promises';
import {expect, it} from 'vitest';
import {distributionManagers} from '../../src/managers/registry.ts';
import {lies} from './lies.ts';
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

it.each(lies)(
  '"$command": $happened; a test of that title asks the console for what is said of it',
  async lie => {
    const text = await readFile(new URL(`../../${lie.file}`, import.meta.url), 'utf8');
    const from = text.indexOf(`it('${lie.title}'`);
    expect(from, lie.title).toBeGreaterThan(-1);
    const next = text.indexOf('\nit(', from + 1);
    const inner = text.indexOf('\n  it(', from + 1);
    const end = Math.min(...[next, inner].filter(at => at > 0), text.length);
    expect(text.slice(from, end)).toContain(lie.says);
  },
);
