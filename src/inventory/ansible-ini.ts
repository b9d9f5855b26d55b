import {closest} from './closest.ts';
import {addHost, groupOf, vaulted, type Graph, type Vars} from './ansible-graph.ts';
import {expandRange, splitPort} from './ansible-ranges.ts';
import {shown, type FilePlace} from './mistake.ts';
import {splitWords} from './shell-words.ts';

type Section = {kind: 'hosts' | 'vars' | 'children'; group: string} | undefined;

/**
 * Reads an Ansible inventory in its INI form into the graph, as ansible-core's ini.py does (2.14): sections `[group]`, `[group:vars]`,
 * `[group:children]`; hosts with `key=value` behind them. Everything wrong becomes a mistake of the graph.
 */
export const readIni = (graph: Graph, text: string, file: string): void => {
  let section: Section = {kind: 'hosts', group: 'ungrouped'};
  const mentioned: {group: string; at: FilePlace; as: 'vars' | 'children'}[] = [];
  const defined = new Set(graph.groups.keys());
  const wrong = (at: FilePlace, what: string, remedy: string): void => {
    graph.mistakes.push({...at, what, remedy});
  };
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    const at: FilePlace = {file, line: index + 1, column: raw.length - raw.trimStart().length + 1};
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const isHeader = headerForm.test(line) || (line.startsWith('[') && line.endsWith(']'));
    if (isHeader) {
      section = readHeader(line, at, wrong);
      if (section === undefined) continue;
      if (section.kind === 'vars') mentioned.push({group: section.group, at, as: 'vars'});
      else {
        groupOf(graph, section.group, at);
        defined.add(section.group);
      }
      continue;
    }
    if (section === undefined) continue;
    const group = groupOf(graph, section.group, at, section.kind !== 'vars');
    if (section.kind === 'children') {
      const [child = ''] = line.split(/\s+#/);
      groupOf(graph, child, at, false);
      group.children.add(child);
      mentioned.push({group: child, at, as: 'children'});
    } else if (section.kind === 'vars') {
      const equals = line.indexOf('=');
      const key = line.slice(0, Math.max(equals, 0)).trim();
      if (key === '') wrong(at, `${shown(line)} is no variable`, 'write it as name=value');
      else group.vars.set(key, {value: literal(line.slice(equals + 1).trim()), at});
    } else readHost(graph, group, line, at, wrong);
  }
  for (const {group, at, as} of mentioned) {
    if (defined.has(group) || group === 'all' || group === 'ungrouped') continue;
    const meant = closest(group, defined);
    const guess = meant === undefined ? `add a section [${group}]` : `did you mean "${meant}"?`;
    wrong(
      at,
      `the group ${shown(group)} has ${as === 'vars' ? 'variables' : 'a parent'} and is not defined`,
      guess,
    );
  }
};

const headerForm = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/;

type Wrong = (at: FilePlace, what: string, remedy: string) => void;

const readHeader = (line: string, at: FilePlace, wrong: Wrong): Section => {
  const match = headerForm.exec(line);
  const kind = match?.[2] ?? 'hosts';
  if (match?.[1] !== undefined && (kind === 'hosts' || kind === 'vars' || kind === 'children')) {
    return {kind, group: match[1]};
  }
  wrong(at, `${shown(line)} is no section`, 'a section is [group], [group:vars] or [group:children]');
  return undefined;
};

const readHost = (
  graph: Graph,
  group: ReturnType<typeof groupOf>,
  line: string,
  at: FilePlace,
  wrong: Wrong,
): void => {
  const words = splitWords(line);
  if ('wrong' in words) {
    wrong(at, words.wrong, 'close the quotation mark');
    return;
  }
  const [first, ...rest] = words;
  if (first === undefined) return;
  const {pattern, port} = splitPort(first.text);
  const names = expandRange(pattern);
  if ('wrong' in names) {
    wrong(at, `the range of ${shown(first.text)} is wrong: ${names.wrong}`, 'write it as web[01:20]');
    return;
  }
  const vars: Vars = new Map();
  if (port !== undefined) vars.set('ansible_port', {value: Number(port), at});
  for (const word of rest) {
    const place = {...at, column: (at.column ?? 1) + word.at};
    const equals = word.text.indexOf('=');
    if (equals < 1)
      wrong(
        place,
        `${shown(word.text)} stands behind host ${names[0] ?? ''}`,
        'write variables as name=value',
      );
    else vars.set(word.text.slice(0, equals), {value: literal(word.text.slice(equals + 1)), at: place});
  }
  for (const name of names) addHost(graph, group, name, at, vars);
};

/** As Python's literal_eval for what is plain: numbers, True, False, None, quoted text, a comment behind them; everything else is text as it stands. */
export const literal = (text: string): unknown => {
  if (text.startsWith('$ANSIBLE_VAULT')) return vaulted;
  const [, word = text] = /^([^\s"'#]+)\s*#.*$/.exec(text) ?? [];
  if (/^-?(?:0|[1-9]\d*)$/.test(word)) return Number(word);
  if (word === 'True' || word === 'False') return word === 'True';
  if (word === 'None') return null;
  const quoted = /^(["'])((?:\\["'\\]|(?!\1)[^\\])*)\1\s*(?:#.*)?$/.exec(text);
  return quoted?.[2]?.replace(/\\(["'\\])/g, '$1') ?? text;
};
