import fc from 'fast-check';
import {expect, it} from 'vitest';
import {waves} from '../../src/policy/waves.ts';
import {guardHost} from '../../src/rollout/guard.ts';
import {takeTurns} from '../../src/rollout/take-turns.ts';
import {host} from '../policy/example-fleet.ts';
import {summaryOver} from '../record/host-record.ts';
import {createMemoryContext, type MemoryContext} from './memory-context.ts';

/** For each host the lower numbers it is reached through, the first of which it also runs on. */
type Fleet = number[][];

const anyFleet: fc.Arbitrary<Fleet> = fc
  .array(fc.array(fc.nat(6), {maxLength: 2}), {minLength: 2, maxLength: 9})
  .map(all => all.map((numbers, n) => numbers.filter(number => number < n)));

const scannedFleet = async (fleet: Fleet): Promise<MemoryContext> => {
  const context = createMemoryContext({
    hosts: fleet.map(([below], n) => host(`h${n}`, below === undefined ? {} : {runsOn: `h${below}`})),
    limits: {concurrency: 3},
  });
  for (const [n, through] of fleet.entries()) {
    const summary = summaryOver(
      `h${n}`,
      through.map(number => `h${number}`),
    );
    await context.record({type: 'host.scanned', data: {host: `h${n}`, file: '0'.repeat(64), summary}});
  }
  await context.record({
    type: 'stage.ended',
    data: {stage: 'identify', outcome: 'complete', summary: 'scanned'},
  });
  return context;
};

/** Whether `other` is cut off with `name`. */
const isBehind = (fleet: Fleet, other: number, name: number): boolean =>
  (fleet[other] ?? []).some(next => next === name || isBehind(fleet, next, name));

it('no host is worked on while one behind it is, by whichever of two operations', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyFleet,
      fc.array(fc.nat(4), {minLength: 1}),
      fc.nat(511),
      async (fleet, pace, split) => {
        const context = await scannedFleet(fleet);
        const running = new Set<number>();
        const begun: number[] = [];
        const work = async (name: string): Promise<void> => {
          await guardHost(context, name, async () => {
            const n = Number(name.slice(1));
            for (const other of running) {
              expect(isBehind(fleet, other, n) || isBehind(fleet, n, other), `${other} beside ${n}`).toBe(
                false,
              );
            }
            running.add(n);
            begun.push(n);
            for (let turn = pace[n % pace.length] ?? 0; turn >= 0; turn -= 1) await new Promise(setImmediate);
            running.delete(n);
          });
        };
        const inOrder = waves([...context.state().hosts.values()]).flat();
        const operations = [true, false].map(one =>
          takeTurns(
            context,
            inOrder.filter(({host: {name}}) => ((split >> Number(name.slice(1))) & 1) === Number(one)),
            work,
            () => Promise.resolve(true),
          ),
        );
        expect(await Promise.all(operations)).toEqual([[], []]);
        expect(context.of('host.trouble')).toEqual([]);
        expect([...begun].sort()).toEqual(fleet.map((_, n) => n));
      },
    ),
    {numRuns: 150},
  );
});

it('one operation takes a host only after all that are behind it', async () => {
  await fc.assert(
    fc.asyncProperty(anyFleet, async fleet => {
      const context = await scannedFleet(fleet);
      const begun: number[] = [];
      const inOrder = waves([...context.state().hosts.values()]).flat();
      await takeTurns(
        context,
        inOrder,
        async name => {
          begun.push(Number(name.slice(1)));
          await new Promise(setImmediate);
        },
        () => Promise.resolve(true),
      );
      for (const [index, n] of begun.entries()) {
        for (const later of begun.slice(index + 1)) expect(isBehind(fleet, later, n)).toBe(false);
      }
    }),
    {numRuns: 100},
  );
});
