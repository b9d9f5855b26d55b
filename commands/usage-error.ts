import {CommanderError} from 'commander';
import {cleanLine} from '../src/model/clean.ts';
import {PatchdeckError} from '../src/model/error.ts';
import {closest} from '../src/inventory/closest.ts';

/** What Commander refuses (an unknown flag, a missing argument) as an error of ours; anything else as it is. */
export const usageError = (error: unknown, command: string): unknown => {
  if (!(error instanceof CommanderError)) return error;
  const [what = '', hint = ''] = error.message.replace(/^error: /, '').split('\n');
  // `help` of something that has none: the help that there is was shown.
  if (error.code === 'commander.help') return refused('there is no help of that name', command);
  const meant = /\((Did .*)\)/.exec(hint)?.[1]?.toLowerCase();
  return refused(`${cleanLine(what).replace(/\.$/, '')}${meant === undefined ? '' : ` (${meant})`}`, command);
};

/** A first word that is no command: it is not taken for a host to open the console on. */
export const unknownCommand = (word: string, commands: readonly string[]): PatchdeckError => {
  if (commands.includes(word)) return refused(`flags come after the command: patchdeck ${word} ...`, word);
  const meant = closest(word, commands);
  return new PatchdeckError(
    'input',
    'usage',
    `"${cleanLine(word, 80)}" is no command${meant === undefined ? '' : ` (did you mean ${meant}?)`}; nothing was done`,
    'see `patchdeck --help`; the console on some hosts is `patchdeck open HOSTS`',
  );
};

const refused = (what: string, command: string): PatchdeckError =>
  new PatchdeckError(
    'input',
    'usage',
    `${what}; nothing was done`,
    `see \`${`patchdeck ${command}`.trim()} --help\``,
  );
