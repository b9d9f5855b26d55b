import type {Command} from 'commander';
import {z} from 'zod';
import {isFinal} from '../src/model/phase.ts';
import {plannedHosts} from '../src/record/gates.ts';
import type {HostRecord} from '../src/record/state.ts';
import {undoRegressed} from '../src/engine/undo-regressed.ts';
import {confirm} from './confirm.ts';
import {exitCodes} from './exit-code.ts';
import {check, withFlags} from './flags.ts';
import {countsOf, problemsOf} from './problems.ts';
import type {Result} from './output.ts';
import {retry, retryable, retryFlag, withRetryFlag} from './retry.ts';
import {withEngine} from './session.ts';
import {gateFlags, readGateFlags, submitHostWords, submitSignOff, withGateFlags} from './sign-off.ts';
import {table} from './table.ts';

const ownFlags = gateFlags.extend({...retryFlag, undoRegressed: z.boolean().default(false)});

export const addTest = (program: Command): void => {
  withRetryFlag(withGateFlags(withFlags(program.command('test'))))
    .description('prove the plan: preflight, dry run and way back on every host, then the canaries')
    .option('--undo-regressed', 'take a canary that regressed back, block the version, plan and test anew')
    .addHelpText(
      'after',
      '\nExample:\n  patchdeck test --yes --sign-off "A. Ops" --reason "canaries healthy for an hour"\n',
    )
    .action((raw: unknown) =>
      withEngine('test', raw, {which: 'need'}, async session => {
        const flags = readGateFlags(check(ownFlags, raw));
        await submitHostWords(session, flags);
        const {plan} = session.run().run;
        await confirm(
          session,
          `test: stages packages on ${plan?.hosts ?? 0} hosts and upgrades the canaries among them for real`,
          plan?.hosts ?? 0,
        );
        if (flags.retry) await retry(session, retryable(session.run()));
        await session.stage({type: 'start', stage: 'test'});
        if (flags.undoRegressed)
          await undoRegressed(session.engine, session.stage, session.settled, session.stopped);
        if (session.run().run.stages.test.status === 'complete') await submitSignOff(session, flags);

        const state = session.run();
        const {test} = state.run.stages;
        session.output.print(
          table(
            ['host', 'phase', 'way back', 'why'],
            plannedHosts(state).map(record => [
              record.host.name,
              record.phase,
              record.point?.grade ?? '-',
              record.point?.why ?? record.note,
            ]),
          ),
        );
        return {
          exit: test.status === 'complete' ? exitCodes.done : exitCodes.hosts,
          run: state.run.id,
          summary: `test ${test.status}: ${test.summary}${test.signedOff === undefined ? '; not signed off yet' : ''}`,
          counts: countsOf(state),
          problems: [...problemsOf(state), ...plannedHosts(state).flatMap(withoutWayBack)],
        };
      }),
    );
};

/** It waits for a word, and a canary that waits keeps the test from being complete. */
const withoutWayBack = ({host, phase, point, rollbackAccepted}: HostRecord): Result['problems'] =>
  point?.grade !== 'none' || rollbackAccepted !== undefined || isFinal(phase)
    ? []
    : [
        {
          host: host.name,
          code: 'gate.no-rollback',
          what: `${host.name} could not be rolled back (${point.why}); it was not upgraded`,
          next: 'accept that by name (--accept-no-rollback HOST --reason TEXT), or leave it out (--leave-out HOST)',
        },
      ];
