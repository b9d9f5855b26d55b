import {keyNames} from '../key-names.ts';
import {screenTitles} from '../screens/all.ts';
import {screenIds} from '../screens/screen-id.ts';
import {bindings, bindingsOf} from './all.ts';
import type {Binding} from './binding.ts';

/** docs/keys.md, made from the table of bindings. */
export const keysMarkdown = (): string =>
  [
    '# Keys',
    '',
    'Generated from the table of bindings in `components/bindings/`; `npx vitest run test/components/keys-doc.test.ts -u` writes it anew.',
    '',
    '- **safe**: acts at once, and changes no host or can be taken back.',
    '- **confirm**: asks y/n or for a reason first. Enter alone never confirms.',
    "- **live**: changes hosts. Shows a summary, then wants the number of hosts or the fleet's name typed.",
    '',
    ...screenIds.flatMap(screen => [
      `## ${screenTitles[screen]}`,
      '',
      ...table(bindingsOf(screen).filter(binding => binding.where !== 'everywhere')),
    ]),
    '## Everywhere',
    '',
    ...table(bindings.filter(binding => binding.where === 'everywhere')),
    '## In a page, a list or a line of text',
    '',
    '| key | does |',
    '|---|---|',
    ...layerRows.map(([keys, title]) => `| ${keys} | ${title} |`),
    '',
  ].join('\n');

const layerRows: readonly (readonly [string, string])[] = [
  ['`esc`', 'closes what lies on top, and only that'],
  ['`j` `k` `PgDn` `PgUp` `space` `ctrl+d` `ctrl+u` `g` `G`', 'scroll; at its end a log follows what comes'],
  ['`y` `n`', 'yes, no; no is the default'],
  ['`tab`', 'next field of a form'],
  ['`ctrl+u` `ctrl+w`', 'clear the line, delete a word'],
  ['`r` `o` `m`', 'an unknown host key: refuse it, trust it once, remember it'],
];

const table = (rows: readonly Binding[]): string[] => [
  '| key | does | |',
  '|---|---|---|',
  ...rows.map(
    binding => `| ${code(binding.keys)} | ${binding.title.replaceAll('|', '\\|')} | ${binding.tier} |`,
  ),
  '',
];

const code = (keys: readonly string[]): string => keys.map(key => `\`${keyNames([key])}\``).join(' ');
