import {copyFile, mkdir, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {must} from './command.ts';
import {signFile, signRpms} from './keys.ts';
import type {LabPaths} from './paths.ts';
import {rpmArch, rpmName, type RpmVersion} from './rpm-package.ts';
import {rpmPackages} from './rpm-packages.ts';

/** The repositories as hosts have them: folders below `rpm/` of the mirror. The last is a third party's, and has no advisories. */
export const rpmRepositories = ['base', 'updates', 'acme'] as const;

/** Lays out the repositories of RPMs below a mirror, packages and metadata signed. Afterwards `endAgent`. */
export const publishRpms = async (paths: LabPaths, mirror: string): Promise<void> => {
  for (const repository of rpmRepositories) {
    const folder = join(mirror, 'rpm', repository);
    await mkdir(folder, {recursive: true});
    const own = rpmPackages.flatMap(({name, versions}) =>
      versions.filter(each => each.repository === repository).map(version => ({name, version})),
    );
    const files = own.map(({name, version}) => rpmName(name, version));
    for (const file of files) await copyFile(join(paths.labRpms, file), join(folder, file));
    await signRpms(
      paths,
      files.map(file => join(folder, file)),
    );
    await must('createrepo_c', ['--quiet', folder]);
    const advisories = own.flatMap(({name, version}) => advisoryOf(name, version));
    if (advisories.length > 0) await addAdvisories(folder, advisories);
    await signFile(paths, join(folder, 'repodata/repomd.xml'));
  }
};

const addAdvisories = async (folder: string, advisories: readonly string[]): Promise<void> => {
  const file = join(folder, 'updateinfo.xml');
  await writeFile(
    file,
    `<?xml version="1.0" encoding="UTF-8"?>\n<updates>\n${advisories.join('')}</updates>\n`,
  );
  await must('modifyrepo_c', ['--mdtype=updateinfo', file, join(folder, 'repodata')]);
  await rm(file);
};

/** Several packages of one advisory are several entries of one id, as dnf and zypper read them together. */
const advisoryOf = (name: string, version: RpmVersion): string[] => {
  const {advisory} = version;
  if (advisory === undefined) return [];
  const [, epoch = '0', upstream = '', release = ''] = /^(?:(\d+):)?(.+)-(.+)$/.exec(version.version) ?? [];
  const suggested = advisory.suggests;
  return [
    `<update from="lab@example.org" status="final" type="${advisory.type}" version="1">
  <id>${advisory.id}</id>
  <title>${name} ${upstream}</title>
  <release>Lab</release>
  <issued date="2026-01-05 10:00:00"/>
  ${advisory.severity === undefined ? '' : `<severity>${advisory.severity}</severity>`}
  <references>${(advisory.cves ?? [])
    .map(cve => `<reference href="https://cve.example.org/${cve}" id="${cve}" type="cve" title="${cve}"/>`)
    .join('')}</references>
  <description>${name}: a case of the patchdeck lab.</description>
  <pkglist><collection short="lab"><name>Lab</name>
    <package name="${name}" version="${upstream}" release="${release}" epoch="${epoch}" arch="${rpmArch(version)}" src="${name}-${upstream}-${release}.src.rpm">
      <filename>${rpmName(name, version)}</filename>
      ${suggested === undefined ? '' : `<${suggested}_suggested>True</${suggested}_suggested>`}
    </package>
  </collection></pkglist>
</update>
`,
  ];
};
