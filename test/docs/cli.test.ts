import {readdir, readFile} from 'node:fs/promises';
import {expect, it} from 'vitest';
import {bodySchema} from '../../src/record/event.ts';

const page = await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8');
const commands = new URL('../../commands/', import.meta.url);

it('docs/cli.md names every event that --json prints, with each of its fields', () => {
  for (const option of bodySchema.options) {
    const [type] = [...option.shape.type.values];
    const row = page.split('\n').find(line => line.startsWith('|') && line.includes(`\`${String(type)}\``));
    expect(row, `no row for ${String(type)}`).toBeDefined();
    for (const field of Object.keys(option.shape.data.shape))
      expect(row, `${String(type)} lacks ${field}`).toContain(field);
  }
});

it('docs/cli.md names every flag of every command', async () => {
  for (const file of await readdir(commands)) {
    const text = await readFile(new URL(file, commands), 'utf8');
    for (const [, flag = ''] of text.matchAll(/(?:option|requiredOption)\(\s*'(--[a-z-]+)/g)) {
      expect(page, `${flag} of ${file}`).toContain(flag);
    }
  }
});
