import {expect, it} from 'vitest';
import {groupPatches} from '../../src/policy/group.ts';
import {scan, update} from './example-fleet.ts';

const libssl = update('libssl3', {source: 'openssl'});
const openssl = update('openssl');

it('makes one patch of what is built from one source package, on all hosts where it is pending', () => {
  const [patch, ...others] = groupPatches([
    scan('web1', [openssl, libssl]),
    scan('web2', [libssl]),
    scan('db1', []),
  ]);
  expect(others).toEqual([]);
  expect(patch).toEqual({
    id: 'apt:openssl@1.0-2',
    manager: 'apt',
    source: 'openssl',
    version: '1.0-2',
    packages: ['libssl3', 'openssl'],
    origin: 'Debian-Security:12/oldstable-security',
    security: true,
    hosts: ['web1', 'web2'],
    notInstalled: [],
    work: {installs: 3, bytes: 0, unsized: 3, kernelOn: []},
  });
});

it('sums what installing it means where it can be chosen: packages, bytes, and hosts that get another kernel', () => {
  const image = {source: 'linux', bytes: 60_000_000};
  const headers = update('linux-libc-dev', {source: 'linux', bytes: 2_000_000});
  const [patch] = groupPatches([
    scan('web1', [update('linux-image-amd64', image), headers]),
    scan('container', [headers]),
    scan('held', [update('linux-image-amd64', {...image, notInstalled: 'held'})]),
    scan('new', [update('linux-image-amd64', {source: 'linux', notInstalled: 'needs-new-or-removed'})]),
  ]);
  expect(patch?.work).toEqual({installs: 4, bytes: 64_000_000, unsized: 1, kernelOn: ['web1', 'new']});
});

it('keeps the versions of different releases apart', () => {
  const trixie = update('openssl', {candidate: '3.5-1', sourceVersion: '3.5-1'});
  expect(groupPatches([scan('a', [openssl]), scan('b', [trixie])]).map(patch => patch.id)).toEqual([
    'apt:openssl@1.0-2',
    'apt:openssl@3.5-1',
  ]);
});

it('is a security patch when one host has it from the security archive', () => {
  const plain = update('openssl', {security: false, origin: 'Debian:12.12/oldstable'});
  const unknown = update('openssl', {security: null, origin: 'unknown'});
  const [patch] = groupPatches([scan('a', [unknown]), scan('b', [plain]), scan('c', [openssl])]);
  expect(patch).toMatchObject({security: true, origin: 'Debian-Security:12/oldstable-security'});
  expect(groupPatches([scan('a', [unknown]), scan('b', [plain])])[0]?.origin).toBe('Debian:12.12/oldstable');
});

it('names the hosts where nothing of it would be installed, and why', () => {
  const held = {notInstalled: 'held'} as const;
  const [patch] = groupPatches([
    scan('all-held', [update('openssl', held), update('libssl3', {source: 'openssl', ...held})]),
    scan('half-held', [openssl, update('libssl3', {source: 'openssl', ...held})]),
    scan('phased', [update('openssl', {notInstalled: 'phased'})]),
    scan('two', [
      update('openssl', {notInstalled: 'phased'}),
      update('libssl3', {source: 'openssl', notInstalled: 'needs-new-or-removed'}),
    ]),
  ]);
  expect(patch?.notInstalled).toEqual([
    {host: 'all-held', why: 'held'},
    {host: 'phased', why: 'phased'},
    {host: 'two', why: 'needs-new-or-removed'},
  ]);
});
