import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {documentedOf} from '../../src/managers/documented.ts';
import {distributionManagers} from '../../src/managers/registry.ts';

const root = new URL('../fixtures/by-document/', import.meta.url).pathname;
const files = readdirSync(root, {recursive: true, withFileTypes: true})
  .filter(entry => entry.isFile())
  .map(entry => join(entry.parentPath, entry.name));

/** `source: WHAT; version: WHICH; ...` */
const headOf = (path: string): {source: string; version: string} | undefined => {
  const [, source, version] =
    /^source: ([^;]+); version: ([^;]*\d[^;]*)(?:; .+)?$/.exec(
      readFileSync(path, 'utf8').split('\n')[0] ?? '',
    ) ?? [];
  return source === undefined || version === undefined ? undefined : {source, version};
};

describe('managers that are known from their documentation only', () => {
  const documented = distributionManagers.filter(({proven}) => proven.by === 'doc');

  it('each fixture of them says in its first line of what source and version it is', () => {
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter(path => headOf(path) === undefined)).toEqual([]);
  });

  it('each has fixtures of the version that it is said to be known of, and none is of a manager that the lab proves', () => {
    const folders = readdirSync(root);
    expect(folders.sort()).toEqual(documented.map(({id}) => id).sort());
    for (const {id, proven} of documented) {
      const own = files.filter(path => path.startsWith(join(root, id)));
      const stated = proven.by === 'doc' ? proven.version.match(/(?<= )\d[\w.]*/g) : [];
      expect(new Set(own.map(path => headOf(path)?.version)), id).toEqual(new Set(stated));
    }
  });

  it('are named in a sentence each, and those that the lab proves in none', () => {
    expect(documentedOf(distributionManagers.filter(({proven}) => proven.by === 'lab'))).toEqual({});
    for (const manager of documented) {
      const [said] = documentedOf([manager]).documented ?? [];
      expect(said?.manager).toBe(manager.id);
      expect(said?.sentence).toMatch(/ is known from its documentation only: \S+ [\d.]+/);
    }
  });
});
