import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {HostRecord} from '../../src/record/state.ts';
import {hostsThatGoLast} from '../../src/record/topology.ts';
import {hostRecord, scanOver} from './host-record.ts';

const order = (records: readonly HostRecord[], consoleMachine?: string): string[] =>
  [...hostsThatGoLast(records, consoleMachine)]
    .sort(([, a], [, b]) => a.place - b.place)
    .map(([name, {why}]) => `${name}: ${why}`);

describe('who goes last', () => {
  it('is nobody where none stands before another', () => {
    expect(order([hostRecord('web1', {}, {scan: scanOver('10.0.0.1')}), hostRecord('web2')], 'm')).toEqual(
      [],
    );
  });

  it('is a jump host, known by the place it is at, whatever its name', () => {
    const fleet = [
      hostRecord(
        'gate',
        {address: 'gate.example', port: 2222},
        {
          scan: {...scanOver('192.0.2.1'), reach: {...reach('192.0.2.1', 2222), jumps: []}},
        },
      ),
      hostRecord('web1', {}, {scan: behind('jump', '192.0.2.1', 2222)}),
      hostRecord('web2', {}, {scan: behind('jump', 'GATE.example', 2222)}),
      hostRecord('other', {}, {scan: scanOver('192.0.2.1')}),
    ];
    expect(order(fleet)).toEqual(['gate: 2 hosts are reached through it']);
  });

  it('is a jump host that is reached at another of its addresses, known by its name', () => {
    const fleet = [
      hostRecord('bastion', {address: '10.0.0.1'}, {scan: scanOver('10.0.0.1')}),
      hostRecord('web1', {}, {scan: behind('bastion', '203.0.113.7', 22)}),
    ];
    expect(order(fleet)).toEqual(['bastion: 1 host is reached through it']);
  });

  it('goes from the inside out: of a chain of jump hosts and the machines below, the deepest first', () => {
    const fleet = [
      hostRecord('metal'),
      hostRecord('outer', {runsOn: 'metal'}, {scan: scanOver('outer')}),
      hostRecord('inner', {}, {scan: scanOver('inner', ['outer'])}),
      hostRecord('web1', {}, {scan: scanOver('web1', ['outer', 'inner'])}),
    ];
    expect(order(fleet)).toEqual([
      'inner: 1 host is reached through it',
      'outer: 2 hosts are reached through it',
      'metal: 1 host runs on it',
    ]);
  });

  it('is the machine of the console after all others, but for what that one stands behind', () => {
    const fleet = [
      hostRecord('admin', {runsOn: 'metal'}, {scan: scanOver('admin', [], 'machine-1')}),
      hostRecord('metal'),
      hostRecord('bastion', {}, {scan: scanOver('bastion')}),
      hostRecord('web1', {}, {scan: scanOver('web1', ['bastion'])}),
    ];
    expect(order(fleet, 'machine-1')).toEqual([
      'bastion: 1 host is reached through it',
      'admin: this console runs on it',
      'metal: 1 host runs on it',
    ]);
    // Elsewhere the order of these two is that of the inventory.
    expect(order(fleet, 'machine-2')).toEqual([
      'metal: 1 host runs on it',
      'bastion: 1 host is reached through it',
    ]);
    expect(order([hostRecord('here', {transport: 'local'}), hostRecord('web1')])).toEqual([
      'here: this console runs on it',
    ]);
  });

  it('of two that stand behind each other is first the guest', () => {
    const fleet = [
      hostRecord('metal', {}, {scan: scanOver('metal', ['bastion'])}),
      hostRecord('bastion', {runsOn: 'metal'}, {scan: scanOver('bastion')}),
    ];
    expect(order(fleet)).toEqual(['bastion: 1 host is reached through it', 'metal: 1 host runs on it']);
  });

  it('ends also with a circle in an older inventory', () => {
    const fleet = [hostRecord('a', {runsOn: 'b'}), hostRecord('b', {runsOn: 'a'})];
    expect(order(fleet)).toHaveLength(2);
  });

  it('never comes before one that is behind it', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(11), fc.nat(11), fc.boolean()), {maxLength: 24}), edges => {
        // Only from a higher to a lower number, so that there is no circle.
        const provider = (n: number): number[] =>
          edges.filter(([a, b]) => Math.max(a, b) === n && a !== b).map(([a, b]) => Math.min(a, b));
        const fleet = Array.from({length: 12}, (_, n) => {
          const [first, ...others] = provider(n).map(p => `h${p}`);
          const runsOn = first === undefined ? {} : {runsOn: first};
          return hostRecord(`h${n}`, runsOn, {scan: scanOver(`h${n}`, others)});
        });
        const last = hostsThatGoLast(fleet, undefined);
        const placeOf = (name: string): number => last.get(name)?.place ?? 0;
        for (let n = 0; n < 12; n += 1) {
          for (const p of provider(n)) expect(placeOf(`h${p}`)).toBeGreaterThan(placeOf(`h${n}`));
        }
        expect([...last.values()].map(({place}) => place).sort((a, b) => a - b)).toEqual(
          Array.from({length: last.size}, (_, i) => i + 1),
        );
      }),
    );
  });
});

const reach = (address: string, port: number): NonNullable<NonNullable<HostRecord['scan']>['reach']> => ({
  transport: 'ssh2',
  because: 'nothing needs more',
  at: {address, port},
  jumps: [],
});

const behind = (name: string, address: string, port: number): NonNullable<HostRecord['scan']> => ({
  ...scanOver('10.9.9.9'),
  reach: {...reach('10.9.9.9', 22), jumps: [{name, address, port}]},
});
