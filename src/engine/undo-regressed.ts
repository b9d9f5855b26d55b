import {planSchema} from '../model/plan.ts';
import type {HostRecord} from '../record/state.ts';
import type {Command, Engine} from './interface.ts';

/** More rounds than this would mean that version after version is bad: somebody has to look. */
const maxRounds = 5;

/**
 * After a test in which canaries came out worse: takes each of them back, blocks the versions that are suspected, locks the plan anew
 * without them and tests again, until the canaries are healthy or nothing can be blamed. `run` starts a stage and follows it to its
 * end; `settled` waits for what is under way; once `stopped`, nothing more is begun.
 */
export const undoRegressed = async (
  engine: Engine,
  run: (command: Extract<Command, {type: 'start'}>) => Promise<void>,
  settled: () => Promise<void>,
  stopped: () => boolean = () => false,
): Promise<void> => {
  for (let round = 0; round < maxRounds; round++) {
    // The operator decides what becomes of them.
    if (stopped()) return;
    const regressed = regressedHosts(engine);
    const suspects = new Set(
      regressed.flatMap(record => record.troubles.flatMap(({suspects: ids}) => ids ?? [])),
    );
    if (regressed.length === 0 || suspects.size === 0) return;
    const names = regressed.map(record => record.host.name);
    const why = regressed[0]?.troubles[0]?.what ?? 'it regressed';
    if (
      (await engine.submit({type: 'roll-back', hosts: names, reason: `regressed: ${why}`.slice(0, 480)})) !==
      'ok'
    )
      return;
    await settled();
    if (stopped()) return;
    const back = regressedHosts(engine).length === 0;
    if (!back) return;
    for (const patch of suspects) {
      await engine.submit({type: 'block', patch, reason: `${names.join(', ')}: ${why}`.slice(0, 480)});
    }
    const reboot = engine.state().run?.run.plan?.reboot ?? 'never';
    const only = await plannedHosts(engine);
    const reason = 'without the blocked version';
    const locked = await engine.submit({type: 'lock-plan', reboot, reason, only});
    if (locked !== 'ok') return;
    await run({type: 'start', stage: 'test'});
  }
};

/** Where each chosen patch is planned: without the blocked ones the plan must not become wider than what was approved. */
const plannedHosts = async (engine: Engine): Promise<Record<string, string[]>> => {
  const {plan, chosen} = engine.state().run?.run ?? {};
  if (plan === undefined || chosen === undefined) return {};
  const text = new TextDecoder().decode(await engine.read(plan.digest));
  const {hosts} = planSchema.parse(JSON.parse(text) as unknown);
  return Object.fromEntries(
    [...chosen].map(id => [id, hosts.filter(({patches}) => patches.includes(id)).map(({host}) => host)]),
  );
};

/** Hosts that were changed and came out failed, with a rollback point. */
const regressedHosts = (engine: Engine): HostRecord[] =>
  [...(engine.state().run?.hosts.values() ?? [])].filter(
    record =>
      record.phase === 'failed' &&
      record.point !== undefined &&
      record.jobs.some(job => job.kind === 'install'),
  );
