import {momentSchema, type Moment} from '../model/moment.ts';
import {baseline} from '../hosts/baseline.ts';
import {hostRecord, managersOn, readDocument, type RunContext} from './context.ts';
import {failingChecks} from './smoke-checks.ts';

/** Asks how a host is now: services, packages, marks. */
export const takeMoment = async (context: RunContext, host: string, planDigest: string): Promise<Moment> => {
  const link = context.link(host);
  const moment: Moment = {
    v: 2,
    host,
    planDigest,
    baseline: await link.ask(baseline, undefined),
    installed: [],
    marks: await marksNow(context, host),
  };
  for (const manager of managersOn(context, host))
    moment.installed.push(...(await link.ask(manager.installed, undefined)));
  return moment;
};

/** How packages are marked, by manager. */
export const marksNow = async (context: RunContext, host: string): Promise<Moment['marks']> => {
  const marks: Moment['marks'] = [];
  for (const manager of managersOn(context, host))
    marks.push({manager: manager.id, ...(await context.link(host).ask(manager.marks, undefined))});
  return marks;
};

/** The moment before a host's change. Taken once for a plan and kept: after the first change it could not be had any more. */
export const momentBefore = async (
  context: RunContext,
  host: string,
  planDigest: string,
): Promise<Moment> => {
  const kept = await keptMoment(context, host, 'before');
  if (kept?.planDigest === planDigest) return kept;
  const smoke = (await failingChecks(context, host)).map(({check}) => check);
  const moment: Moment = {...(await takeMoment(context, host, planDigest)), smoke};
  await context.record({
    type: 'host.baseline',
    data: {host, when: 'before', file: await context.put(moment)},
  });
  return moment;
};

export const keptMoment = async (
  context: RunContext,
  host: string,
  when: 'before' | 'after',
): Promise<Moment | undefined> => {
  const file = hostRecord(context, host).baseline[when];
  return file === undefined ? undefined : await readDocument(context, file, momentSchema);
};
