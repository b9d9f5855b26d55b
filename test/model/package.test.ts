import fc from 'fast-check';
import {describe, expect, it, test} from 'vitest';
import {
  installedPackageSchema,
  managerIdSchema,
  nextStep,
  notInstalledClasses,
  packageKey,
  packageNameSchema,
  packageVersionSchema,
} from '../../src/model/package.ts';
import {parsePatchId, patchId} from '../../src/model/patch.ts';

describe('the id of a patch', () => {
  const managers = fc.constantFrom('apt', 'dnf4', 'zypper', 'custom/shop', 'custom/a-1');
  const word = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9.+~^_-]{0,20}$/);

  it('says what it is made of, whatever the manager', () => {
    fc.assert(
      fc.property(managers, word, word, (named, source, version) => {
        const manager = managerIdSchema.parse(named);
        expect(parsePatchId(patchId(manager, source, version))).toEqual({manager, source, version});
      }),
    );
    expect(parsePatchId('dnf4:demo@1:2.0-1.el9')).toEqual({
      manager: 'dnf4',
      source: 'demo',
      version: '1:2.0-1.el9',
    });
  });

  test.each(['nginx', 'apt:nginx', 'rpm:nginx@1', 'custom/:x@1', 'custom/A:x@1', 'apt:@1', ':x@1', 'apt:x@'])(
    '%s is none',
    text => expect(parsePatchId(text)).toBeUndefined(),
  );
});

describe('words of packages', () => {
  test.each(['libssl3', 'NetworkManager', 'gtk3_x', 'g++', 'x86_64'])('%s is a name', name =>
    expect(packageNameSchema.safeParse(name).success).toBe(true),
  );
  test.each(['1.0-1', '1:2.0~rc1-1', '1.0^git1_2-3.el9'])('%s is a version', version =>
    expect(packageVersionSchema.safeParse(version).success).toBe(true),
  );
  test.each(['', '-x', '.x', 'a b', 'a\nb', '$(x)', 'a;b', 'a/b', "a'b", '*', 'a'.repeat(129)])(
    '"%s" is neither',
    word => {
      expect(packageNameSchema.safeParse(word).success).toBe(false);
      expect(packageVersionSchema.safeParse(word).success).toBe(false);
    },
  );
});

it('what was installed before there were several managers is of apt', () => {
  const old = {name: 'web', arch: 'all', version: '1', source: 'web', sourceVersion: '1', status: 'ii'};
  const item = installedPackageSchema.parse(old);
  expect(item.manager).toBe('apt');
  expect(packageKey(item)).not.toBe(packageKey({...item, manager: 'dnf4'}));
});

it('every class of what is not installed has a next step, with the command of its manager where there is one', () => {
  for (const why of notInstalledClasses) expect(nextStep(why, 'custom/shop').length).toBeGreaterThan(20);
  expect(nextStep('held', 'apt')).toContain('(apt-mark unhold)');
  expect(nextStep('held', 'dnf5')).toContain('(dnf5 versionlock delete)');
  expect(nextStep('held', 'apk')).toContain('(apk add NAME, without a version)');
  expect(nextStep('held', 'custom/shop')).not.toContain('apt');
});
