import {createHash} from 'node:crypto';
import {existsSync} from 'node:fs';
import {mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {must} from './command.ts';
import type {LabPackage, LabVersion} from './lab-package.ts';

export const debName = (name: string, version: string): string => `${name}_${version}_all.deb`;

/** Builds every version of the packages into `folder`, once: the same definitions give the same bytes. */
export const buildDebs = async (
  packages: readonly LabPackage[],
  folder: string,
  say: (line: string) => void,
): Promise<void> => {
  const digest = createHash('sha256').update(JSON.stringify(packages)).digest('hex');
  const stamp = join(folder, '.made-from');
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === digest) return;
  say("building the lab's own packages");
  await mkdir(dirname(folder), {recursive: true});
  const work = await mkdtemp(`${folder}-`);
  for (const made of packages)
    for (const [index, version] of made.versions.entries()) await build(work, made, version, index);
  for (const name of await readdir(work))
    if (!name.endsWith('.deb')) await rm(join(work, name), {recursive: true});
  await writeFile(join(work, '.made-from'), digest);
  await rm(folder, {recursive: true, force: true});
  await rename(work, folder);
};

const build = async (work: string, made: LabPackage, version: LabVersion, index: number): Promise<void> => {
  const tree = join(work, `${made.name}-${version.version}`);
  const write = async (path: string, content: string | Buffer, mode = 0o644): Promise<void> => {
    await mkdir(dirname(join(tree, path)), {recursive: true});
    await writeFile(join(tree, path), content, {mode});
  };
  await write('DEBIAN/control', control(made, version));
  if (version.conffiles !== undefined) await write('DEBIAN/conffiles', `${version.conffiles.join('\n')}\n`);
  if (version.templates !== undefined) await write('DEBIAN/templates', version.templates);
  for (const [name, body] of Object.entries(version.scripts ?? {}))
    await write(`DEBIAN/${name}`, `#!/bin/sh\nset -e\n${body}\nexit 0\n`, 0o755);
  for (const [path, text] of Object.entries(version.files ?? {})) await write(path, text);
  const stanzas = made.versions
    .slice(0, index + 1)
    .toReversed()
    .map(each => stanza(made.name, each));
  await write(`usr/share/doc/${made.name}/changelog.Debian.gz`, gzipSync(stanzas.join('\n')));
  await must(
    'dpkg-deb',
    ['--root-owner-group', '-b', tree, join(work, debName(made.name, version.version))],
    {env: {SOURCE_DATE_EPOCH: '1767607200'}},
  );
};

const control = (made: LabPackage, version: LabVersion): string => {
  const fields = {
    Package: made.name,
    Version: version.version,
    Architecture: 'all',
    Section: 'misc',
    Priority: 'optional',
    Maintainer: 'Patchdeck Lab <lab@example.org>',
    ...version.fields,
    Description: made.description ?? `${made.name.replace('pdlab-', '')}: a case of the patchdeck lab`,
  };
  return Object.entries(fields)
    .map(([field, value]) => `${field}: ${value}\n`)
    .join('');
};

/** One entry of a Debian changelog. Source: deb-changelog(5). */
const stanza = (name: string, version: LabVersion): string =>
  `${name} (${version.version}) ${version.suite === 'security' ? 'bookworm-security; urgency=high' : 'unstable; urgency=medium'}

  * ${version.change}

 -- Patchdeck Lab <lab@example.org>  Mon, 05 Jan 2026 10:00:00 +0000
`;
