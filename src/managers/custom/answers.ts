import {badAnswer, linesOf, sections, wordOf} from '../../model/answer.ts';
import {cleanLine} from '../../model/clean.ts';
import {
  changeSchema,
  installedPackageSchema,
  updateSchema,
  type Change,
  type InstalledPackage,
  type ManagerId,
  type Update,
} from '../../model/package.ts';

/** What an updater has is of no architecture that anybody knows. */
export const customArch = 'any';
const mostLines = 10_000;

/**
 * The lines that an updater printed, split at tabs. It has to end with 0 and its last line has to be `end`: the empty answer of one that
 * crashed must not be taken for "nothing is pending". Throws `host.bad-answer`.
 */
const rowsOf = (verb: string, raw: Uint8Array): string[][] => {
  const found = sections(verb, raw);
  const code = wordOf(verb, found, 'code');
  const lines = linesOf(verb, found, 'answer');
  if (code !== '0') {
    const complaint = found.has('said') ? linesOf(verb, found, 'said')[0]?.slice('said '.length) : undefined;
    const said = cleanLine(complaint ?? lines.at(-1) ?? '', 120);
    throw badAnswer(verb, `it ended with ${cleanLine(code, 20)}${said === '' ? '' : `: ${said}`}`);
  }
  if (lines.pop() !== 'end') throw badAnswer(verb, 'its last line is not "end"');
  if (lines.length > mostLines) throw badAnswer(verb, `it has more than ${mostLines} lines`);
  return lines.map(line => line.split('\t'));
};

/**
 * `NAME TAB INSTALLED TAB CANDIDATE [TAB security|other|unknown [TAB CVE,CVE|- [TAB critical|high|medium|low]]]`: what says nothing is
 * unknown. One that names CVEs ranks as an advisory of a repository does.
 */
export const parsePending = (verb: string, manager: ManagerId, raw: Uint8Array): Update[] =>
  rowsOf(verb, raw).map(row => {
    const [name = '', installed, candidate = '', ...rest] = row;
    // A column of which a shell has nothing to say is empty.
    const [kind = 'unknown', cves, severity, ...more] = rest.map(word => (word === '' ? undefined : word));
    const parsed = updateSchema.safeParse({
      manager,
      name,
      arch: customArch,
      installed,
      candidate,
      source: name,
      sourceVersion: candidate,
      origin: `its own updater (${manager})`,
      security: kind === 'unknown' ? null : kind === 'security',
      ...(cves === undefined
        ? {}
        : {
            advisories: [
              {
                id: `${name}-${candidate}`.replaceAll(/[^A-Za-z0-9:._-]/g, '.').slice(0, 128),
                cves: cves === '-' ? [] : cves.split(','),
                ...(severity === undefined ? {} : {severity}),
              },
            ],
          }),
    });
    const isKnownKind = kind === 'security' || kind === 'other' || kind === 'unknown';
    // Of what is no security fix, or of which nobody knows, CVEs would be a contradiction.
    const mayNameCves = cves === undefined || kind === 'security';
    if (!parsed.success || !isKnownKind || !mayNameCves || more.length > 0 || installed === candidate)
      throw badAnswer(verb, `"${cleanLine(row.join(' '), 80)}" is no update`);
    return parsed.data;
  });

/** `NAME TAB VERSION`, each name once. */
export const parseInstalled = (verb: string, manager: ManagerId, raw: Uint8Array): InstalledPackage[] => {
  const items = rowsOf(verb, raw).map(row => {
    const [name, version, ...more] = row;
    const parsed = installedPackageSchema.safeParse({
      manager,
      name,
      arch: customArch,
      version,
      source: name,
      sourceVersion: version,
      status: 'ii',
    });
    if (!parsed.success || more.length > 0)
      throw badAnswer(verb, `"${cleanLine(row.join(' '), 80)}" is nothing installed`);
    return parsed.data;
  });
  if (new Set(items.map(({name}) => name)).size < items.length) throw badAnswer(verb, 'it names one twice');
  return items;
};

/** What the updater has now, against what was wanted of it: `wanted` says `NAME VERSION` or `NAME FROM TO`, a line each. */
export const parseWanted = (verb: string, raw: Uint8Array): string[][] =>
  linesOf(verb, sections(verb, raw), 'wanted').map(line => line.split(' '));

export const changeOf = (
  manager: ManagerId,
  name: string,
  from: string | null,
  to: string | null | undefined,
): Change => changeSchema.parse({manager, name, arch: customArch, from, to});
