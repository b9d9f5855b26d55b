import type {Change} from '../../model/package.ts';
import type {StagedFile} from '../../model/rollback.ts';

/** `openssl.x86_64=3.0.8-1`: exactly that version of that architecture. */
export const packageWord = ({name, arch, version}: {name: string; arch: string; version: string}): string =>
  `${name}.${arch}=${version}`;

/** Staged files by path: a word with a slash in it is a file to zypper. */
export const fileWords = (directory: string, folder: 'new' | 'old', files: readonly StagedFile[]): string[] =>
  files.map(({file}) => `${directory}/${folder}/${file}`);

/** `!openssl.x86_64=3.0.8-1` for what has to go: what the way forth (`to`) removes, or what the way back (`from`) does not bring back. */
export const goneWords = (changes: readonly Change[], end: 'from' | 'to'): string[] =>
  changes.flatMap(({name, arch, from, to}) => {
    const [stays, goes] = end === 'to' ? [to, from] : [from, to];
    return stays === null && goes !== null ? [`!${packageWord({name, arch, version: goes})}`] : [];
  });
