import type {ConsoleState} from '../console-state.ts';
import {fixedRows, messageRows} from '../frame.ts';
import {keep} from '../keep.ts';
import {screenTitles} from '../screens/all.ts';
import {patchName} from '../screens/patch-words.ts';
import {screenIdOf} from '../screens/screen-id.ts';
import {lineText, wrapLine, type Line} from '../span.ts';
import type {Page} from '../ui.ts';
import {helpLines} from './help.ts';
import {cveLines, hostCveLines} from './holes.ts';
import {hostLines} from './host.ts';
import {logLines} from './log.ts';
import {patchLines} from './patch.ts';
import {softwareLines} from './software.ts';
import {whatIfLines} from './what-if.ts';

const kept = keep<readonly Line[]>();

/** All lines of a page, cut to the terminal's width by whoever draws them. */
export const pageLines = (state: ConsoleState, page: Page): readonly Line[] => {
  const width = state.ui.size.columns - 2;
  return kept([state, page], () =>
    linesOf(state, page, width).flatMap(line => wrapLine(line, width, hanging(line))),
  );
};

/** What does not fit goes on below its second column: nothing of a page is out of sight. */
const hanging = (line: Line): number => {
  const text = lineText(line);
  const second = /^ *\S+(?: \S+)? {2,}/.exec(text)?.[0].length ?? 0;
  return second > 0 && second < 24 ? second : text.length - text.trimStart().length + 2;
};

const linesOf = (state: ConsoleState, page: Page, width: number): readonly Line[] => {
  switch (page.of) {
    case 'help':
      return helpLines(state);
    case 'host':
      return hostLines(state, page.host, width);
    case 'patch':
      return patchLines(state, page.patch, width);
    case 'log':
      return logLines(state, page.host, width);
    case 'what-if':
      return whatIfLines(state);
    case 'cve':
      return cveLines(state, page.cve, width);
    case 'host-cves':
      return hostCveLines(state, page.host, width);
    case 'software':
      return softwareLines(state, page.words, width);
  }
};

export const pageTitle = (state: ConsoleState, page: Page): string => {
  switch (page.of) {
    case 'help':
      return `Keys of ${screenTitles[screenIdOf(state.ui)]}`;
    case 'host':
      return page.host;
    case 'patch':
      return patchName(page.patch);
    case 'log':
      return `Log of ${page.host}`;
    case 'what-if':
      return 'What if';
    case 'cve':
      return page.cve;
    case 'host-cves':
      return `Vulnerabilities of ${page.host}`;
    case 'software':
      return `Who has ${page.words}`;
  }
};

export const pageLength = (state: ConsoleState, page: Page): number => pageLines(state, page).length;

/** Rows of a page that are shown: all but the header, the page's title, the message and the hints. */
export const pageHeight = (state: ConsoleState): number =>
  Math.max(1, state.ui.size.rows - fixedRows.header - fixedRows.hints - 1 - messageRows(state));
