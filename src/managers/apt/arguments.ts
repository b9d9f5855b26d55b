import type {Change} from '../../model/package.ts';
import type {StagedFile} from '../../model/rollback.ts';

/** Changes that go from nothing to a version. */
export const addedBy = (changes: readonly Change[]): Change[] =>
  changes.filter(change => change.from === null);

/** Changes that go from a version to nothing. */
export const removedBy = (changes: readonly Change[]): Change[] =>
  changes.filter(change => change.to === null);

/** What `apt-get install` takes: staged files by path, and `name:arch-` for what has to go. */
export const packageArguments = (
  folder: 'new' | 'old',
  files: readonly StagedFile[],
  gone: readonly Change[],
): string[] => [
  ...files.map(file => `./${folder}/${file.file}`),
  ...gone.map(change => `${change.name}:${change.arch}-`),
];

/**
 * Options for apt-get that make the files it is given the only source. Otherwise a version that is in an index too is fetched from the
 * mirror again, and not at all once the mirror cannot be reached. The cache is kept in memory, or it would be written without the
 * indexes; the files are read as root, since their directory is closed to apt's own user.
 */
export const onlyFiles =
  '-o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts=/dev/null -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root';
