import {cveIdSchema} from '../../model/advisory.ts';
import {badAnswer} from '../../model/answer.ts';
import {cleanLine} from '../../model/clean.ts';
import type {Update} from '../../model/package.ts';
import {repositoryAdvisorySchema, type RepositoryAdvisory} from '../../model/repository-advisory.ts';
import {severityOf} from '../../model/severity-word.ts';
import {compareRpm} from '../../versions/rpm.ts';
import type {Details} from './details.ts';
import {elementsOf, type XmlElement} from './xml.ts';

/** A patch, as zypper calls an advisory that a repository has: it names no packages, it conflicts with what is older than its fix. */
export type Patch = {
  advisory: RepositoryAdvisory;
  isSecurity: boolean;
  fixes(item: Pick<Update, 'name' | 'arch' | 'installed' | 'candidate'>): boolean;
};

/** `listed`: of `zypper list-patches`; `details`: of `zypper info` for the same patches. */
export const patchesOf = (verb: string, listed: XmlElement, details: readonly Details[]): Patch[] => {
  const byId = new Map<string, Patch>();
  for (const element of elementsOf(listed, 'update')) {
    const {kind, name = '', category, severity = '', restart, pkgmanager, interactive} = element.attributes;
    if (kind !== 'patch' || byId.has(name)) continue;
    const cves = elementsOf(element, 'issue').flatMap(({attributes: {type, id}}) =>
      type === 'cve' && cveIdSchema.safeParse(id).success && id !== undefined ? [id] : [],
    );
    const known = severityOf(severity);
    const advisory = repositoryAdvisorySchema.safeParse({
      id: name,
      cves: [...new Set(cves)],
      ...(known === undefined ? {} : {severity: known}),
      ...(restart === 'true' ? {reboot: true} : {}),
      ...(pkgmanager === 'true' ? {restart: true} : {}),
      ...(interactive === 'true' ? {interactive: true} : {}),
    });
    if (!advisory.success) throw badAnswer(verb, `"${cleanLine(name, 80)}" is no patch`);
    const fixed = details.filter(detail => detail.name === name).flatMap(detail => fixedBy(detail));
    byId.set(name, {
      advisory: advisory.data,
      isSecurity: category === 'security',
      fixes: ({name: its, arch, installed, candidate}) =>
        fixed.some(
          ({target, version}) =>
            (target === its || target === `${its}.${arch}`) &&
            compareRpm(candidate, version) >= 0 &&
            (installed === null || compareRpm(installed, version) < 0),
        ),
    });
  }
  return [...byId.values()];
};

/** `Conflicts : openssl.x86_64 < 3.0.8-1`. */
const fixedBy = (detail: Details): {target: string; version: string}[] =>
  detail.of('Conflicts').flatMap(line => {
    const [, target, version] = /^(\S+) < (\S+)$/.exec(line) ?? [];
    return target === undefined || version === undefined ? [] : [{target, version}];
  });
