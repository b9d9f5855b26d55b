import {afterAll, beforeAll, expect, it} from 'vitest';
import {apt} from '../../src/managers/apt/apt.ts';
import type {ForeignPackage} from '../../src/model/package.ts';
import {up, type Lab} from './lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await up({hosts: 4});
  await lab.reset('lab2');
});
afterAll(async () => lab.reset('lab2'));

const inside = async (command: string): Promise<string> => {
  const {code, stdout, stderr} = await lab.shell('lab2', command, {timeoutMs: 120_000});
  expect({code, stderr: code === 0 ? '' : `${stdout}${stderr}`}).toEqual({code: 0, stderr: ''});
  return stdout;
};
const foreign = async (): Promise<ForeignPackage[]> =>
  apt.foreign.parse(Buffer.from(await inside(apt.foreign.script(undefined).text)));

it("a real host's packages are told apart: its distribution's, a vendor's, and one that no archive has", async () => {
  await inside('apt-get -q update');
  // More than a hundred packages of Debian, old and new, are not among them.
  expect(await foreign()).toEqual([{name: 'pdlab-thirdparty', origin: 'Acme'}]);

  const control =
    'Package: pdlab-own-build\\nVersion: 1.0\\nArchitecture: all\\nMaintainer: x <x@x>\\nDescription: x\\n';
  await inside(
    `mkdir -p /tmp/own/DEBIAN && printf '${control}' > /tmp/own/DEBIAN/control && dpkg-deb -b /tmp/own /tmp/own.deb && dpkg -i /tmp/own.deb`,
  );
  expect(await foreign()).toEqual([
    {name: 'pdlab-own-build', origin: null},
    {name: 'pdlab-thirdparty', origin: 'Acme'},
  ]);
});
