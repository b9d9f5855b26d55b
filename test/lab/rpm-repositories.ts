import {copyFile, mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {must} from './command.ts';
import {signAsStranger, signFile, signRpms} from './keys.ts';
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
    const withFlaw = (...flaws: RpmVersion['signature'][]): string[] =>
      own
        .filter(({version}) => flaws.includes(version.signature))
        .map(({name, version}) => join(folder, rpmName(name, version)));
    await signRpms(paths, withFlaw(undefined, 'tampered'));
    for (const file of withFlaw('stranger')) await signAsStranger(paths, [file]);
    for (const file of withFlaw('tampered')) await tamperWith(file);
    await must('createrepo_c', ['--quiet', folder]);
    const streams = own.flatMap(({name, version}) => streamOf(name, version));
    if (streams.length > 0) await addMetadata(folder, 'modules.yaml', 'modules', streams.join(''));
    const advisories = own.flatMap(({name, version}) => advisoryOf(name, version));
    if (advisories.length > 0) {
      const document = `<?xml version="1.0" encoding="UTF-8"?>\n<updates>\n${advisories.join('')}</updates>\n`;
      await addMetadata(folder, 'updateinfo.xml', 'updateinfo', document);
    }
    await signFile(paths, join(folder, 'repodata/repomd.xml'));
  }
};

const addMetadata = async (folder: string, name: string, type: string, text: string): Promise<void> => {
  const file = join(folder, name);
  await writeFile(file, text);
  await must('modifyrepo_c', [`--mdtype=${type}`, file, join(folder, 'repodata')]);
  await rm(file);
};

/** Another byte near the end of a file: in what the package unpacks to. */
const tamperWith = async (file: string): Promise<void> => {
  const bytes = await readFile(file);
  const at = bytes.length - 20;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  await writeFile(file, bytes);
};

const streamOf = (name: string, version: RpmVersion): string[] =>
  version.stream === undefined
    ? []
    : [
        `---
document: modulemd
version: 2
data:
  name: ${name}
  stream: "${version.stream}"
  version: 1
  context: lab
  arch: x86_64
  summary: A module of the lab
  description: A module of the lab
  license: {module: [MIT]}
  artifacts:
    rpms: ["${name}-0:${version.version}.${rpmArch(version)}"]
...
`,
      ];

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
