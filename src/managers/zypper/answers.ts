import {badAnswer, linesOf} from '../../model/answer.ts';
import {cleanLine} from '../../model/clean.ts';
import {changeSchema, type Change} from '../../model/package.ts';
import type {Simulation} from '../manager.ts';
import {elementsOf, parseXml, type XmlElement} from './xml.ts';

type Sections = ReadonlyMap<string, string[]>;

/** What zypper printed in a part of an answer, and what it ended with: a hint, never the truth. */
export type ZypperAnswer = {code: number; root: XmlElement};

export const answerOf = (verb: string, found: Sections, part: string): ZypperAnswer => {
  const [code = '', ...lines] = linesOf(verb, found, part);
  const text = lines.map(line => line.replace(/^\|/, '')).join('\n');
  const start = text.indexOf('<?xml');
  if (!/^\d{1,3}$/.test(code) || start === -1)
    throw badAnswer(verb, `zypper ended with ${cleanLine(code)} and said nothing`);
  return {code: Number(code), root: parseXml(verb, text.slice(start))};
};

/** What zypper calls errors, a sentence each, once. */
export const errorsOf = ({root}: ZypperAnswer): string[] => [
  ...new Set(
    elementsOf(root, 'message')
      .filter(({attributes}) => attributes['type'] === 'error')
      .map(({text}) => cleanLine(text)),
  ),
];

/** Throws `host.bad-answer` for an answer that is of a part of the repositories only, or of none: 106 with what was skipped, or an error. */
export const requireWhole = (verb: string, answer: ZypperAnswer): XmlElement => {
  if (answer.code === 0) return answer.root;
  throw badAnswer(
    verb,
    `zypper ended with ${answer.code}: ${cleanLine(errorsOf(answer).join('; ')) || 'no reason given'}`,
  );
};

/** `NAME.ARCH`, a line for each installed version: of some packages there are several. */
export const installedKeys = (verb: string, found: Sections): readonly string[] =>
  linesOf(verb, found, 'installed');

/** What of a summary is a change; reinstalled packages stay what they are, and a change of vendor is told a second time. */
const kinds = ['to-install', 'to-upgrade', 'to-downgrade', 'to-remove', 'to-change-arch'] as const;

/** What a dry run would do, or why it does not. `installed`: as `installedKeys` gives them, of the database that it was made with. */
export const simulationOf = (answer: ZypperAnswer, installed: readonly string[]): Simulation => {
  const changes: Change[] = [];
  const isBeside = (key: string, others: number): boolean =>
    installed.filter(other => other === key).length > others;
  const add = (
    name: string | undefined,
    arch: string | undefined,
    from: string | null,
    to: string | null,
  ): void => {
    const key = `${name ?? ''}.${arch ?? ''}`;
    const beside = (from === null && isBeside(key, 0)) || (to === null && isBeside(key, 1));
    changes.push(changeSchema.parse({manager: 'zypper', name, arch, from, to, ...(beside ? {beside} : {})}));
  };
  for (const kind of kinds)
    for (const group of elementsOf(answer.root, kind))
      for (const {attributes: item} of elementsOf(group, 'solvable')) {
        if (item['type'] !== 'package') continue;
        const {name, arch, edition = null, 'edition-old': old = null, 'arch-old': archOld = arch} = item;
        if (kind === 'to-remove') add(name, arch, edition, null);
        else if (arch === archOld) add(name, arch, old, edition);
        else {
          add(name, archOld, old, null);
          add(name, arch, null, edition);
        }
      }
  return {changes, refused: refusalOf(answer)};
};

/** `nothing provides libz needed by web-1.0-1.noarch`, with what would solve it where that is more than to leave it; or the first error. */
const refusalOf = (answer: ZypperAnswer): string | undefined => {
  if (answer.code === 0) return undefined;
  const told = elementsOf(answer.root, 'description').map(({text}) => text);
  const [problem] = told.flatMap(text => /^Problem:(?: \d+:)? (.*)$/m.exec(text)?.[1] ?? []);
  if (problem === undefined) return errorsOf(answer)[0] ?? `zypper ended with ${answer.code}`;
  const [solution] = told.flatMap(
    text => /^ *(remove lock .*|Solution 1: deinstallation .*)$/m.exec(text)?.[1] ?? [],
  );
  if (solution !== undefined) return cleanLine(`${problem}: ${solution.replace('Solution 1: ', '')}`);
  const [without] = told
    .flatMap(withoutWhat)
    .filter(packages => packages.some(name => !problem.includes(name)))
    .sort((a, b) => a.length - b.length);
  return cleanLine(
    without === undefined ? problem : `${problem}; without ${without.join(' and ')} it can be done`,
  );
};

/** Packages that some solutions do without and are nothing else, the ones of each solution. */
const withoutWhat = (text: string): string[][] =>
  text
    .split(/^ *Solution \d+: /m)
    .slice(1)
    .flatMap(solution => {
      const lines = solution.split('\n').map(line => line.trim());
      const actions = lines.filter(line => line !== '' && line !== 'Following actions will be done:');
      const left = actions.flatMap(line => /^do not install (\S+)$/.exec(line)?.[1] ?? []);
      return left.length === actions.length ? [left] : [];
    });
