import {randomBytes} from 'node:crypto';
import {setTimeout as wait} from 'node:timers/promises';
import {createOutsideChecks} from '../hosts/outside-checks.ts';
import {createLink, type Link} from '../jobs/link.ts';
import {createManagers} from '../managers/registry.ts';
import type {Signal} from '../model/job.ts';
import type {Body} from '../record/event.ts';
import type {Asker} from '../model/question.ts';
import type {RunContext} from '../rollout/context.ts';
import type {Transport} from '../ssh/session.ts';
import type {RunStore} from '../store/run-store.ts';
import type {EngineSettings} from './settings.ts';

/** A smoke check over the network may take this long, in milliseconds. */
const outsideCheckMs = 10_000;

/** What is outside of an engine; tests put another clock and other hosts there. */
export type EngineWorld = {
  /** Milliseconds since 1970. */
  now?: () => number;
  /** Milliseconds since some moment; never set, unlike the clock. */
  elapsed?: () => number;
  /** Rejects when the signal aborts. */
  sleep?: RunContext['sleep'];
  transport?: Transport;
};

export const sleep: RunContext['sleep'] = async (ms, signal) => {
  await wait(ms, undefined, {signal});
};

export const newId = (): string => randomBytes(16).toString('hex');

/** What the stages of a run work with: the run's store, links to its hosts, the clock. */
export const createRunContext = (parts: {
  store: RunStore;
  settings: EngineSettings;
  transport: Transport;
  now: () => number;
  elapsed: () => number;
  sleep: RunContext['sleep'];
  ask: Asker;
  closing: AbortSignal;
  resumed: () => Promise<void>;
  signal: (signal: Signal) => void;
  /** Told what could not be recorded. */
  notRecorded: (body: Body, error: unknown) => void;
}): {
  context: RunContext;
  /** Nothing is under way: closes every link but those that would cost a person another code. */
  restLinks: () => void;
  closeLinks: () => void;
} => {
  const {store, settings, closing} = parts;
  const links = new Map<string, Link>();
  const link = (name: string): Link => {
    const known = links.get(name);
    if (known !== undefined) return known;
    const record = store.state.hosts.get(name);
    if (record === undefined) throw new Error(`no host ${name} in the run`);
    const made = createLink(record.host, parts.transport, parts.ask, closing);
    links.set(name, made);
    return made;
  };
  const context: RunContext = {
    state: () => store.state,
    record: async body => {
      try {
        await store.record(body, 'engine');
      } catch (error) {
        parts.notRecorded(body, error);
        throw error;
      }
    },
    put: document => store.put(new TextEncoder().encode(JSON.stringify(document))),
    read: digest => store.read(digest),
    appendLog: (job, chunk) => store.appendLog(job, chunk),
    finishLog: job => store.finishLog(job),
    logBytes: job => store.logBytes(job),
    link,
    managers: createManagers(),
    outside: createOutsideChecks(outsideCheckMs),
    signal: parts.signal,
    limits: settings.limits,
    now: parts.now,
    elapsed: parts.elapsed,
    newId,
    random: () => Math.random(),
    sleep: parts.sleep,
    closing,
    resumed: parts.resumed,
    underWay: new Map(),
    by: settings.operator,
  };
  return {
    context,
    restLinks: () => {
      for (const [name, open] of links) {
        if (open.byCode === true) continue;
        open.close();
        links.delete(name);
      }
    },
    closeLinks: () => {
      for (const open of links.values()) open.close();
      links.clear();
    },
  };
};
