import {blockedInPlan, gate, type Refusal} from '../record/gates.ts';
import {refuseSignOff} from '../record/sign-off.ts';
import type {Body} from '../record/event.ts';
import type {HostRecord, RunState} from '../record/state.ts';
import {lockPlan} from '../stages/lock-plan.ts';
import {keepFromBeginning} from '../rollout/guard.ts';
import type {Command} from './interface.ts';
import {closeRun} from './close-run.ts';
import {describeHosts} from './describe-hosts.ts';
import type {EngineCore} from './core.ts';
import {oneAtATime} from './one-at-a-time.ts';
import {
  refuseLock,
  refuseRetry,
  refuseRollBack,
  refuseSetAside,
  retryHosts,
  rollBackHosts,
  runStage,
} from './operations.ts';

type Answer = 'ok' | Refusal;
type Opened = NonNullable<ReturnType<EngineCore['run']>>;
type Of<Type extends Command['type']> = Extract<Command, {type: Type}>;

/** Does what an operator asks for, or says why not. What it decides is journaled under the operator's name first. */
export const handle = (core: EngineCore, command: Command): Promise<Answer> =>
  oneAtATime(core, command, () => carryOut(core, command));

const carryOut = async (core: EngineCore, command: Command): Promise<Answer> => {
  if (command.type === 'answer') {
    return core.questions.answer(command.question, command.answer)
      ? 'ok'
      : {code: 'question.gone', what: 'that question is not asked any more', next: 'nothing is to be done'};
  }
  if (command.type === 'start') return await start(core, command);
  const opened = core.run();
  if (opened === undefined) return noRun;
  const {readOnly} = opened.store;
  if (readOnly !== undefined) {
    return {code: 'run.read-only', what: `${readOnly}; nothing was done`, next: 'start a new run'};
  }
  if (opened.store.state.run.closed !== undefined) {
    return {code: 'run.closed', what: 'the run is closed; nothing was done', next: 'start a new run'};
  }
  return await decide(core, opened, command);
};

const noRun: Refusal = {
  code: 'run.none',
  what: 'there is no open run; nothing was done',
  next: 'scan the fleet first (identify)',
};

const start = async (core: EngineCore, {stage, hosts, shallow}: Of<'start'>): Promise<Answer> => {
  let opened = core.run();
  if (opened === undefined) {
    if (stage !== 'identify') return noRun;
    opened = await core.begin();
  }
  const {context, store, fleet} = opened;
  if (store.readOnly !== undefined) {
    return {code: 'run.read-only', what: `${store.readOnly}; nothing was done`, next: 'start a new run'};
  }
  const missing = (hosts ?? []).filter(host => !store.state.hosts.has(host));
  if (missing.length > 0) return unknownHosts(missing);
  const blocked = new Map([...fleet.blocked(), ...store.state.run.blocked]);
  const installs = stage === 'test' || stage === 'deploy';
  const refusal =
    gate(store.state, stage) ??
    alreadyRunning(opened, stage) ??
    (installs ? blockedInPlan(store.state, blocked) : undefined);
  if (refusal !== undefined) {
    return {...refusal, what: `${stage} cannot start: ${refusal.what}; nothing was done`};
  }
  core.resumed();
  // Started once its event is on disk: the stage's first act.
  const begun = new Promise<void>(resolve => {
    const stop = store.onEvent(event => {
      if (event.type !== 'stage.started' || event.data.stage !== stage) return;
      stop();
      resolve();
    });
  });
  const work = runStage(context, stage, hosts, {settings: core.settings, blocked, shallow});
  core.background(() => work);
  await Promise.race([begun, work]);
  return 'ok';
};

const alreadyRunning = ({store}: Opened, stage: Of<'start'>['stage']): Refusal | undefined =>
  store.state.run.stages[stage].status === 'running'
    ? {code: 'stage.running', what: `${stage} is running already`, next: 'wait for it, or stop it'}
    : undefined;

const unknownHosts = (names: readonly string[]): Refusal => ({
  code: 'host.unknown',
  what: `${names.slice(0, 5).join(', ')} ${names.length === 1 ? 'is' : 'are'} not part of the run; nothing was done`,
  next: 'see `patchdeck runs` for the hosts of the run',
});

const decide = async (
  core: EngineCore,
  opened: Opened,
  command: Exclude<Command, {type: 'answer' | 'start'}>,
): Promise<Answer> => {
  const {context, store, fleet} = opened;
  const actor = `operator ${core.settings.operator}`;
  const record = (body: Body): Promise<unknown> => store.record(body, actor);
  const records = 'hosts' in command ? command.hosts.map(name => store.state.hosts.get(name)) : [];
  if ('hosts' in command && records.includes(undefined)) {
    return unknownHosts(command.hosts.filter(name => !store.state.hosts.has(name)));
  }
  const concerned = records.filter((item): item is HostRecord => item !== undefined);
  const forEach = async (body: (host: string) => Body): Promise<Answer> => {
    for (const item of concerned) await record(body(item.host.name));
    return 'ok';
  };
  const setAside = async (body: (host: string) => Body): Promise<Answer> => {
    const refusal = refuseSetAside(context, concerned);
    if (refusal !== undefined) return refusal;
    const names = concerned.map(item => item.host.name);
    await keepFromBeginning(context, names, async () => {
      await Promise.all(names.map(name => record(body(name))));
    });
    return 'ok';
  };

  switch (command.type) {
    case 'leave-out': {
      const {reason} = command;
      return await setAside(host => ({type: 'host.left-out', data: {host, reason}}));
    }
    case 'skip': {
      const {reason} = command;
      return await setAside(host => ({type: 'host.phase', data: {host, phase: 'skipped', note: reason}}));
    }
    case 'hand-over': {
      const {owner, reason} = command;
      return await forEach(host => ({type: 'host.handed-over', data: {host, owner, reason}}));
    }
    case 'accept-no-rollback': {
      const {reason} = command;
      return await forEach(host => ({type: 'host.rollback-accepted', data: {host, reason}}));
    }
    case 'choose':
      for (let from = 0; from < command.patches.length; from += 200) {
        const patches = command.patches.slice(from, from + 200);
        await record({type: 'patches.chosen', data: {patches, chosen: command.chosen}});
      }
      return 'ok';
    case 'decide': {
      const decision = await context.put(command.decision);
      const {approvedBy} = command;
      const approval = approvedBy === undefined ? {} : {approvedBy};
      await record({type: 'patches.chosen', data: {patches: [], chosen: true, decision, ...approval}});
      return 'ok';
    }
    case 'lock-plan': {
      const refusal = refuseLock(context);
      if (refusal !== undefined) return refusal;
      const {reboot, reason = 'locked by the operator', only} = command;
      const blocked = new Map([...fleet.blocked(), ...store.state.run.blocked]);
      await lockPlan(context, {chosen: store.state.run.chosen, reboot, blocked, only}, reason);
      return 'ok';
    }
    case 'sign-off': {
      const {stage, name, reason} = command;
      const refusal = refuseSignOff(store.state, stage);
      if (refusal !== undefined) return refusal;
      await record({type: 'stage.signed-off', data: {stage, name, reason}});
      return 'ok';
    }
    case 'describe':
      return await describeHosts(core, concerned, command.description, record);
    case 'roll-back': {
      const refusal = refuseRollBack(context, concerned);
      if (refusal !== undefined) return refusal;
      const {reason} = command;
      await forEach(host => ({type: 'host.attempt', data: {host, why: 'rollback', reason}}));
      core.background(() => rollBackHosts(context, command.hosts));
      return 'ok';
    }
    case 'retry': {
      const refusal = refuseRetry(context, concerned);
      if (refusal !== undefined) return refusal;
      await forEach(host => ({type: 'host.attempt', data: {host, why: 'upgrade', reason: 'tried again'}}));
      core.background(() => retryHosts(context, command.hosts));
      return 'ok';
    }
    case 'block':
      await fleet.block(command.patch, command.reason, store.id, actor);
      await record({type: 'version.blocked', data: {patch: command.patch, reason: command.reason}});
      if (isInstalling(store.state) && blockedInPlan(store.state) !== undefined) {
        const reason = `${command.patch} was blocked: no further host gets it`.slice(0, 500);
        await record({type: 'run.stopping', data: {how: 'after-hosts', reason}});
      }
      return 'ok';
    case 'unblock':
      if (!fleet.blocked().has(command.patch) && !store.state.run.blocked.has(command.patch)) {
        const what = `${command.patch} is not blocked; nothing was done`;
        return {code: 'patch.not-blocked', what, next: 'see what is blocked with `patchdeck plan`'};
      }
      await fleet.unblock(command.patch, command.reason, actor);
      await record({type: 'version.unblocked', data: {patch: command.patch, reason: command.reason}});
      return 'ok';
    case 'pause':
      await record({type: 'run.paused', data: {reason: command.reason}});
      return 'ok';
    case 'resume':
      if (store.state.run.stopping !== undefined) {
        return {
          code: 'run.stopping',
          what: 'the stage is being stopped; nothing was changed',
          next: 'wait until it has ended, then start it again',
        };
      }
      await record({type: 'run.resumed', data: {reason: 'the operator goes on'}});
      return 'ok';
    case 'stop':
      await record({type: 'run.stopping', data: {how: command.how, reason: command.reason}});
      return 'ok';
    case 'close':
      return await closeRun(core, context, command.reason, record);
  }
};

/** A stage that changes hosts is running. */
const isInstalling = ({run: {stages}}: RunState): boolean =>
  stages.test.status === 'running' || stages.deploy.status === 'running';
