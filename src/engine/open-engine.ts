import type {z} from 'zod';
import {cleanLine, clean, decode} from '../model/clean.ts';
import {describeError, PatchdeckError} from '../model/error.ts';
import type {Signal} from '../model/job.ts';
import {isFinal} from '../model/phase.ts';
import type {Event} from '../record/event.ts';
import type {Refusal} from '../record/gates.ts';
import type {RunState} from '../record/state.ts';
import {createTransport} from '../ssh/transport.ts';
import {openFleetStore, type FleetStore} from '../store/fleet-store.ts';
import {newRunId} from '../store/paths.ts';
import {openRunStore, type RunStore} from '../store/run-store.ts';
import {isDiskGone} from '../store/store-error.ts';
import {createBackground} from './background.ts';
import type {EngineCore} from './core.ts';
import {whileDiskIsGone} from './disk-gone.ts';
import {createElsewhere} from './elsewhere.ts';
import {createFeed} from './feed.ts';
import {fleetNotices} from './fleet-changes.ts';
import {serveFollowers} from './followers.ts';
import {handle} from './handle.ts';
import {commandSchema, type Engine} from './interface.ts';
import {keepHeads} from './heads.ts';
import {jobToShow} from './log-job.ts';
import {createQuestions} from './questions.ts';
import {readHoles} from './read-holes.ts';
import {readSoftware} from './read-software.ts';
import {recordBeginning} from './record-beginning.ts';
import {createRunContext, newId, sleep, type EngineWorld} from './run-context.ts';
import type {EngineSettings} from './settings.ts';
import {leasesLeft, takeUp} from './take-up.ts';
import {untilResumed} from './until-resumed.ts';

/** Bytes of a host's log that are shown. */
const logTailBytes = 65_536;

/**
 * Opens an engine in this thread. The console runs it in a worker (connect-engine.ts). `world` stands for what is outside of it: the clock
 * and the way to hosts.
 */
export const openEngine = async (settings: EngineSettings, world: EngineWorld = {}): Promise<Engine> => {
  const now = world.now ?? Date.now;
  const feed = createFeed();
  const closing = new AbortController();
  const signals = new Map<string, Signal>();
  const notices: string[] = [];
  const questions = createQuestions(newId, () => feed.mark('questions'));
  const transport = world.transport ?? createTransport(settings.ssh);
  const notice = (text: string): void => {
    notices.push(text);
    feed.mark('engine');
  };
  let interrupted = false;
  let opened: (ReturnType<typeof createRunContext> & {store: RunStore; fleet: FleetStore}) | undefined;

  const background = createBackground({
    closing: closing.signal,
    changed: () => feed.mark('engine'),
    rest: () => opened?.restLinks(),
    diskGone: async () => {
      if (opened !== undefined) await whileDiskIsGone(opened.context, notice);
    },
  });

  const attach = async (store: RunStore, fleetName: string): Promise<NonNullable<typeof opened>> => {
    store.onEvent((event, changed) => {
      settleSignals(signals, event);
      feed.event(event, changed);
    });
    const writeElsewhere = createElsewhere(store.id, notice);
    const made = createRunContext({
      store,
      settings,
      transport,
      now,
      elapsed: world.elapsed ?? (() => performance.now()),
      sleep: world.sleep ?? sleep,
      ask: (question, signal) => questions.ask(question, signal),
      closing: closing.signal,
      resumed: () => untilResumed(store, closing.signal),
      signal: signal => {
        signals.set(signal.host, {...signal, line: cleanLine(signal.line)});
        feed.mark('signals');
      },
      notRecorded: (body, error) => {
        if (!isDiskGone(error)) return;
        writeElsewhere(body);
        background.fail(error);
      },
    });
    const fleet = await openFleetStore(settings.stateDir, fleetName, now);
    opened = {...made, store, fleet};
    notices.push(...store.notices, ...fleet.notices);
    keepHeads(core, store, made.context);
    return opened;
  };

  const core: EngineCore = {
    settings,
    run: () => opened,
    begin: async () => {
      const {fleet} = settings;
      if (fleet === undefined) {
        throw new PatchdeckError(
          'input',
          'run.none',
          'there is no open run and no inventory to begin one from; nothing was done',
          'name an inventory (--inventory FILE)',
        );
      }
      for (const sentence of await fleetNotices(settings.stateDir, fleet)) core.notice(sentence);
      const id = newRunId(new Date(now()), newId());
      const store = await openRunStore({stateDir: settings.stateDir, id, now});
      try {
        const made = await attach(store, fleet.inventory.fleet);
        await recordBeginning(store, fleet, settings);
        await serve(store);
        return made;
      } catch (error) {
        // Nothing was begun: the next start begins another run.
        opened = undefined;
        await store.close().catch(() => undefined);
        throw error;
      }
    },
    background: background.run,
    get busy() {
      return background.busy;
    },
    beginning: undefined,
    takenUp: Promise.resolve(),
    resumed: () => {
      interrupted = false;
      background.forgive();
      feed.mark('engine');
    },
    questions,
    notice,
  };

  if (settings.run !== undefined) {
    const store = await openRunStore({stateDir: settings.stateDir, id: settings.run, existing: true, now});
    try {
      await attach(store, store.state.run.fleet);
      interrupted = await takeUp(core);
    } catch (error) {
      await store.close().catch(() => undefined);
      throw error;
    }
  }

  const tellInventoryChange = async (state: RunState): Promise<void> => {
    if (settings.source === undefined) return;
    // Later: YAML takes its time to load.
    const {inventoryChange} = await import('./inventory-change.ts');
    const change = await inventoryChange(state, settings.source);
    if (change !== undefined) notice(change);
  };
  let stopServing: (() => Promise<void>) | undefined;
  const serve = async (store: RunStore): Promise<void> => {
    stopServing = await serveFollowers(store.directory, engine).catch((error: unknown) => {
      notices.push(`no other console can follow this run: ${describeError(error)}`);
      return undefined;
    });
  };
  const engine: Engine = {
    state: () => ({
      run: opened?.store.started === true ? opened.store.state : undefined,
      signals,
      questions: questions.open,
      interrupted,
      busy: background.busy,
      failed: background.failed,
      notices:
        opened?.store.started === true ? [...leasesLeft(opened.store.state, now()), ...notices] : notices,
    }),
    subscribe: listener => feed.subscribe(listener),
    submit: async raw => {
      try {
        const command = commandSchema.safeParse(raw);
        return command.success ? await handle(core, command.data) : invalid(command.error);
      } catch (error) {
        if (error instanceof PatchdeckError && (error.kind === 'gate' || error.kind === 'input')) {
          return {code: error.code, what: error.message, next: error.next};
        }
        throw error;
      } finally {
        // Whoever asked sees what came of it in the state.
        feed.flush();
      }
    },
    read: digest => {
      if (opened === undefined) throw new Error('no run is open');
      return opened.store.read(digest);
    },
    holes: question => readHoles(opened?.store.state, digest => engine.read(digest), question),
    software: words => readSoftware(opened?.store.state, digest => engine.read(digest), words),
    log: async host => {
      const record = opened?.store.state.hosts.get(host);
      const job = record === undefined ? undefined : jobToShow(record);
      return job === undefined || opened === undefined
        ? ''
        : clean(decode(await opened.store.tailLog(job.id, logTailBytes)));
    },
    idle: async () => {
      await background.idle();
      feed.flush();
    },
    close: async () => {
      await stopServing?.();
      closing.abort(new Error('the console is closing'));
      questions.withdraw();
      await background.idle();
      opened?.closeLinks();
      await transport.close();
      try {
        await opened?.fleet.close();
      } finally {
        await opened?.store.close();
        feed.flush();
      }
    },
  };
  if (opened !== undefined) {
    await serve(opened.store);
    // Nobody waits for it: an inventory may be a program that takes its time.
    tellInventoryChange(opened.store.state).catch((error: unknown) => notice(describeError(error)));
  }
  return engine;
};

const invalid = ({issues}: z.ZodError): Refusal => ({
  code: 'command.invalid',
  what: `${issues.map(({path, message}) => `${path.join(' ')}: ${message}`).join('; ')}; nothing was done`,
  next: 'correct it and try again',
});

/** Where a host is at rest, its last signal says nothing any more. */
const settleSignals = (signals: Map<string, Signal>, event: Event): void => {
  if (event.type === 'stage.ended') signals.clear();
  if (
    event.type === 'host.scanned' ||
    event.type === 'host.unreachable' ||
    event.type === 'host.verified' ||
    (event.type === 'host.phase' && (isFinal(event.data.phase) || event.data.phase === 'staged'))
  ) {
    signals.delete(event.data.host);
  }
};
