import {planSchema, type Plan} from '../src/model/plan.ts';
import {rankingSchema, type Ranking} from '../src/model/patch.ts';
import {exitCodes} from './exit-code.ts';
import type {Result} from './output.ts';
import type {Session} from './session.ts';
import {table} from './table.ts';

/** Chooses exactly these patches and locks the plan; `only`: hosts by patch, where one is not for all that have it pending. */
export const lock = async (
  session: Session,
  wanted: readonly string[],
  reboot: Plan['reboot'],
  reason: string,
  only?: Readonly<Record<string, readonly string[]>>,
): Promise<Result> => {
  const earlier = [...session.run().run.chosen].filter(id => !wanted.includes(id));
  if (earlier.length > 0) await session.submit({type: 'choose', patches: earlier, chosen: false});
  if (wanted.length > 0) await session.submit({type: 'choose', patches: [...wanted], chosen: true});
  const narrowed =
    only === undefined
      ? {}
      : {only: Object.fromEntries(Object.entries(only).map(([id, hosts]) => [id, [...hosts]]))};
  await session.submit({type: 'lock-plan', reboot, reason, ...narrowed});
  const {plan, id} = session.run().run;
  if (plan === undefined) throw new Error('the plan was locked and is not there');
  const content = planSchema.parse(
    JSON.parse(new TextDecoder().decode(await session.engine.read(plan.digest))) as unknown,
  );
  session.output.print(
    table(
      ['host', 'package', 'from', 'to'],
      content.hosts.flatMap(host =>
        host.steps.flatMap(step =>
          step.changes.map(change => [
            host.host,
            change.name,
            change.from ?? '(new)',
            change.to ?? '(removed)',
          ]),
        ),
      ),
    ),
  );
  for (const {host, scan} of session.run().hosts.values())
    if (content.hosts.some(planned => planned.host === host.name))
      for (const {sentence} of scan?.documented ?? []) session.output.say(`~ ${host.name}: ${sentence}`);
  return {
    exit: exitCodes.done,
    run: id,
    summary: `plan ${plan.digest.slice(0, 12)}: ${plan.changes} changes on ${plan.hosts} hosts, reboot ${reboot}`,
    plan: {
      digest: plan.digest,
      content: plan.content,
      hosts: plan.hosts,
      changes: plan.changes,
      reboot,
      chosen: wanted.length,
    },
    problems: [],
  };
};

/** The newest ranking of the run. */
export const readRanking = async (session: Session): Promise<Ranking> => {
  const file = session.run().run.ranking?.file;
  if (file === undefined) throw new Error('prioritize ended without a ranking');
  return rankingSchema.parse(
    JSON.parse(new TextDecoder().decode(await session.engine.read(file))) as unknown,
  );
};
