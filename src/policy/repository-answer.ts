import type {Finding} from '../model/advisory.ts';
import type {DraftPatch} from './group.ts';
import {repositoryAdvisories, type CveAnswer} from './score-inputs.ts';

/** What the advisories of a patch's repository say that it closes; undefined where its repository has none to ask. */
export const answerOfRepository = ({advisories}: DraftPatch): CveAnswer | undefined =>
  advisories === undefined
    ? undefined
    : {cves: [...new Set(advisories.flatMap(({cves}) => cves))].sort(), source: repositoryAdvisories};

/** The same with how bad it is: an advisory is as bad as the worst that it names. One that names no CVE stands for itself. */
export const findingsOfRepository = ({advisories = [], version}: DraftPatch): Finding[] =>
  advisories.flatMap(({id, severity, cves}) => {
    const judged = severity === undefined ? {} : {severity};
    const names = cves.length > 0 || severity === undefined ? cves : [id];
    return names.map(cve => ({cve, record: id, state: 'fix-pending' as const, fixed: version, ...judged}));
  });
