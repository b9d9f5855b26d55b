import {createHash} from 'node:crypto';
import {existsSync} from 'node:fs';
import {mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {must} from './command.ts';
import type {RpmPackage, RpmVersion} from './rpm-package.ts';

/** Builds every version of the packages into `folder`, once: the same definitions give the same bytes. */
export const buildRpms = async (
  packages: readonly RpmPackage[],
  folder: string,
  say: (line: string) => void,
): Promise<void> => {
  const digest = createHash('sha256').update(JSON.stringify(packages)).digest('hex');
  const stamp = join(folder, '.made-from');
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === digest) return;
  say("building the lab's own RPMs");
  await mkdir(dirname(folder), {recursive: true});
  const work = await mkdtemp(`${folder}-`);
  const specs: string[] = [];
  for (const {name, versions} of packages)
    for (const version of versions) {
      const spec = join(work, `${name}-${specs.length}.spec`);
      await writeFile(spec, specOf(name, version));
      specs.push(spec);
    }
  const settings = {
    _topdir: join(work, 'top'),
    _rpmdir: work,
    _build_name_fmt: '%%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm',
    __os_install_post: '%{nil}',
    debug_package: '%{nil}',
    _buildhost: 'lab',
    use_source_date_epoch_as_buildtime: '1',
    clamp_mtime_to_source_date_epoch: '1',
  };
  const defines = Object.entries(settings).flatMap(([name, value]) => ['--define', `${name} ${value}`]);
  await must('rpmbuild', ['--quiet', '-bb', ...defines, ...specs], {env: {SOURCE_DATE_EPOCH: '1767607200'}});
  for (const file of await readdir(work))
    if (!file.endsWith('.rpm')) await rm(join(work, file), {recursive: true});
  await writeFile(join(work, '.made-from'), digest);
  await rm(folder, {recursive: true, force: true});
  await rename(work, folder);
};

const specOf = (name: string, version: RpmVersion): string => {
  const {tags = [], files = {}, configs = {}, program, scripts = {}, stream} = version;
  const [, epoch, upstream = '', release = ''] = /^(?:(\d+):)?(.+)-(.+)$/.exec(version.version) ?? [];
  const {lua, ...shell} = scripts;
  const folder = `/usr/libexec/${name}`;
  const listed = Object.keys(files).map(path =>
    configs[path] === undefined
      ? path
      : `${configs[path] === 'keep' ? '%config(noreplace)' : '%config'} ${path}`,
  );
  return `Name: ${name}
${epoch === undefined ? '' : `Epoch: ${epoch}\n`}Version: ${upstream}
Release: ${release}
Summary: ${name.replace('pdrpm-', '')}, a case of the patchdeck lab
License: MIT
Vendor: ${version.repository === 'acme' ? 'Acme Tools' : 'Patchdeck Lab'}
${program === undefined ? 'BuildArch: noarch' : 'AutoReqProv: no'}
${stream === undefined ? '' : `ModularityLabel: ${name}:${stream}:1:lab\n`}${tags.join('\n')}
%description
A case of the patchdeck lab.
%install
${program === undefined ? '' : `mkdir -p %{buildroot}${folder}\ninstall -m 755 /bin/busybox %{buildroot}${folder}\nprintf ${version.version} >>%{buildroot}${folder}/busybox`}
${Object.entries(files)
  .map(
    ([path, text]) => `mkdir -p %{buildroot}${dirname(path)}\ncat >%{buildroot}${path} <<'END'\n${text}END`,
  )
  .join('\n')}
${Object.entries(shell)
  .map(([part, body]) => `%${part}\n${body}`)
  .join('\n')}
${lua === undefined ? '' : `%post -p <lua>\n${lua}`}
%files
${program === undefined ? '' : folder}
${listed.join('\n')}
`;
};
