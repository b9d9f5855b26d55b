import {badAnswer, linesOf, sections, wordOf} from '../../model/answer.ts';
import {cleanLine} from '../../model/clean.ts';
import {updateSchema, type ManagerId, type Update} from '../../model/package.ts';
import {repositoryAdvisorySchema} from '../../model/repository-advisory.ts';
import {defineScript, type Probe} from '../../model/script.ts';
import {severityOf} from '../../model/severity-word.ts';
import type {Pending} from '../manager.ts';
import {sourceOf} from '../rpm/database.ts';

/**
 * What is pending, by a library that is asked: `asked` is the shell function `ask_library`. It prints a part `updates` with a line
 * `update NAME ARCH INSTALLED CANDIDATE SOURCE-RPM REPOSITORY CLASS BYTES ADVISED` for each, and after that of each of its advisories
 * `advisory ID security|other SEVERITY CVE,CVE reboot`; `-` is none.
 */
export const pendingBy = (
  manager: ManagerId,
  {program, asked}: {program: string; asked: string},
): Probe<undefined, Pending> => {
  const verb = `${manager}.pending`;
  return {
    script: () => defineScript(verb, {}, `${asked}\nask_library\necho '@@ end'`, {root: false}),
    parse: raw => {
      const found = sections(verb, raw);
      if (found.has('refused'))
        throw badAnswer(verb, `${program} refused: ${cleanLine(wordOf(verb, found, 'refused'), 200)}`);
      const updates: Update[] = [];
      for (const line of linesOf(verb, found, 'updates')) {
        const [kind, ...words] = line.split('\t');
        const current = updates.at(-1);
        if (kind === 'update') updates.push(readUpdate(manager, line, words));
        else if (kind === 'advisory' && current !== undefined) addAdvisory(current, words);
        else throw badAnswer(verb, `"${cleanLine(line, 80)}" is neither an update nor an advisory`);
      }
      return updates;
    },
  };
};

const readUpdate = (manager: ManagerId, line: string, words: readonly string[]): Update => {
  const verb = `${manager}.pending`;
  const [name = '', arch, installed, candidate = '', sourceRpm = '', origin, why, bytes, advised] = words;
  const parsed = updateSchema.safeParse({
    manager,
    name,
    arch,
    installed: installed === '-' ? null : installed,
    candidate,
    ...sourceOf(sourceRpm, name, candidate),
    origin: cleanLine(origin ?? '', 100),
    // A repository without advisories says of nothing whether it closes a hole.
    security: advised === 'advised' ? false : null,
    ...(advised === 'advised' ? {advisories: []} : {}),
    bytes: Number(bytes),
    ...(why === '-' ? {} : {notInstalled: why}),
  });
  if (!parsed.success) throw badAnswer(verb, `"${cleanLine(line, 80)}" is no update`);
  return parsed.data;
};

const addAdvisory = (update: Update, words: readonly string[]): void => {
  const [id, kind, severity = '', cves = '', reboot] = words;
  update.security = kind === 'security' || update.security === true;
  const judged = severityOf(severity);
  const parsed = repositoryAdvisorySchema.safeParse({
    id,
    ...(judged === undefined ? {} : {severity: judged}),
    ...(reboot === 'reboot' ? {reboot: true} : {}),
    cves: cves.split(',').filter(cve => /^CVE-\d{4}-\d{4,19}$/.test(cve)),
  });
  if (parsed.success) update.advisories = [...(update.advisories ?? []), parsed.data];
};
