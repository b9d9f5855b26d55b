import {describeError, PatchdeckError} from '../model/error.ts';
import type {StageName} from '../model/phase.ts';
import {writeHead} from '../hosts/syslog.ts';
import type {RunContext} from '../rollout/context.ts';
import {eachHost} from '../rollout/each-host.ts';
import {addHead, headText} from '../store/heads.ts';
import type {Head} from '../store/journal-lines.ts';
import type {RunStore} from '../store/run-store.ts';
import {signText} from '../store/ssh-signature.ts';
import type {EngineCore} from './core.ts';

/** Stages after which hosts are told as well: the others change nothing on them. */
const told: ReadonlySet<StageName> = new Set(['test', 'deploy', 'verify']);

/**
 * At each end of a stage, keeps where the journal stands, signed where a key was named, and has the hosts of the run write it to their
 * syslog. None of it can fail a stage: what could not be done is said.
 */
export const keepHeads = (core: EngineCore, store: RunStore, context: RunContext): void => {
  store.onEvent(event => {
    if (event.type !== 'stage.ended') return;
    const {stage} = event.data;
    const {head} = store;
    core.background(async () => {
      try {
        await keepHead(core, store, context, head);
      } catch (error) {
        core.notice(`where the journal stood after ${stage} was not kept: ${describeError(error)}`);
      }
      if (told.has(stage)) await tellHosts(context, store.id, head);
    });
  });
};

const keepHead = async (
  core: EngineCore,
  store: RunStore,
  context: RunContext,
  {seq, hash}: Head,
): Promise<void> => {
  const {signKey, operator} = core.settings;
  const head = {seq, hash, at: new Date(context.now()).toISOString(), by: operator.slice(0, 100)};
  if (signKey === undefined) {
    await addHead(store.directory, head);
    return;
  }
  const signed = await signText(headText(store.id, head), signKey).catch((error: unknown) => {
    core.notice(describeError(error));
    return undefined;
  });
  await addHead(store.directory, signed === undefined ? head : {...head, signature: signed});
};

/** The hosts that answered before; one that does not answer now misses a line. */
const tellHosts = async (context: RunContext, run: string, {seq, hash}: Head): Promise<void> => {
  const hosts = [...context.state().hosts.values()]
    .filter(record => record.scan !== undefined && record.leftOut === undefined && record.phase !== 'unknown')
    .map(record => record.host.name);
  await eachHost(context, hosts, async host => {
    await context
      .link(host)
      .ask(writeHead, {run, seq, hash}, {deadlineMs: 10_000})
      .catch((error: unknown) => {
        if (context.closing.aborted || !(error instanceof PatchdeckError)) throw error;
      });
  });
};
