import {clean} from '../../src/model/clean.ts';
import type {ConsoleState} from '../console-state.ts';
import {graphemes} from '../display-width.ts';
import {line, span, type Line} from '../span.ts';

/** The log of a host's job. Long lines go on below, marked: nothing of a log is out of sight. */
export const logLines = (state: ConsoleState, host: string, width: number): Line[] => {
  if (state.log?.host !== host) return [line(span('being read', 'quiet'))];
  const text = clean(state.log.text).replaceAll('\t', '    ').trimEnd();
  if (text === '') return [line(span('No job has run on this host yet: there is no log.', 'quiet'))];
  return text.split('\n').flatMap(raw => fold(readable(raw), width));
};

const fold = (raw: string, width: number): Line[] => {
  if (raw.length <= width) return [line(raw)];
  const parts = graphemes(raw);
  const lines: Line[] = [];
  for (let i = 0; i < parts.length; i += width - 2) {
    const text = parts.slice(i, i + width - 2).join('');
    lines.push(line(i === 0 ? text : `  ${text}`));
  }
  return lines;
};

/** What a job says to this program is said to people in their words: `patchdeck-progress 50 nginx.service`. */
const readable = (raw: string): string =>
  raw.replace(/^patchdeck-progress (\d+(?:\.\d+)?) ?/, (_, percent: string) => `${percent.padStart(3)} %  `);
