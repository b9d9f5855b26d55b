import type {Engine} from '../src/engine/interface.ts';
import type {HoleAnswer, HoleQuestion} from '../src/model/hole.ts';
import {describeError} from '../src/model/error.ts';
import {rankingSchema} from '../src/model/patch.ts';
import {decisionSchema} from '../src/model/policy.ts';
import {rollbackPointSchema} from '../src/model/rollback.ts';
import {scanSchema} from '../src/model/scan.ts';
import type {SoftwareAnswer} from '../src/model/software.ts';
import {readInTurns} from './read-in-turns.ts';
import {topLayer, type ConsoleState, type Loaded} from './console-state.ts';
import type {Page} from './ui.ts';

/** How often the log of the host that is open is asked for, in ms. */
const logEvery = 1000;

type Slot = 'ranking' | 'decision' | 'scan' | 'point' | 'holes' | 'software';
type Schema<T> = {parse(value: unknown): T};

/** Fetches what the screen needs from the engine when it needs it: the ranking, a host's scan, its way back, its log. */
export const makeLoader = (
  engine: Engine,
  get: () => ConsoleState,
  set: (next: Partial<ConsoleState>) => void,
) => {
  const asked: Partial<Record<Slot, string>> = {};
  let logOf: string | undefined;
  let poll: NodeJS.Timeout | undefined;

  const fetch = <T>(
    slot: Slot,
    digest: string | undefined,
    ask: () => Promise<T>,
    put: (loaded: Loaded<T>) => void,
  ) => {
    if (digest === undefined || asked[slot] === digest) return;
    asked[slot] = digest;
    ask()
      .then(value => ({digest, value}))
      .catch((error: unknown) => ({digest, error: describeError(error)}))
      .then(loaded => {
        if (asked[slot] === digest) put(loaded);
      })
      .catch(() => undefined);
  };

  const load = <T>(
    slot: Slot,
    digest: string | undefined,
    schema: Schema<T>,
    put: (loaded: Loaded<T>) => void,
  ) => fetch(slot, digest, async () => readInTurns(await engine.read(digest ?? ''), schema), put);

  const readLog = (host: string): void => {
    engine
      .log(host)
      .catch((error: unknown) => `The log cannot be read: ${describeError(error)}`)
      .then(text => {
        if (logOf !== host) return;
        const {log} = get();
        if (log?.host !== host || log.text !== text) set({log: {host, text}});
        poll = setTimeout(() => readLog(host), logEvery);
      })
      .catch(() => undefined);
  };

  const followLog = (host: string | undefined): void => {
    if (host === logOf) return;
    clearTimeout(poll);
    logOf = host;
    if (host !== undefined) readLog(host);
  };

  return {
    /** Compares what is shown with what was fetched. */
    look: (): void => {
      const state = get();
      load('ranking', state.engine.run?.run.ranking?.file, rankingSchema, ranking => set({ranking}));
      load('decision', state.engine.run?.run.decision?.file, decisionSchema, decision => set({decision}));
      const pages = state.ui.layers.flatMap(layer => (layer.kind === 'page' ? [layer.page] : []));
      const host = pages.findLast(page => page.of === 'host')?.host;
      const record = host === undefined ? undefined : state.engine.run?.hosts.get(host);
      load('scan', record?.scan?.file, scanSchema, scan => set({scan}));
      load('point', record?.point?.file, rollbackPointSchema, point => set({point}));
      const question = pages.map(questionOf).findLast(asks => asks !== undefined);
      if (question !== undefined) {
        const ask = (): Promise<HoleAnswer> => engine.holes(question);
        fetch('holes', holesKey(state, question), ask, holes => set({holes}));
      }
      const sought = pages.findLast(page => page.of === 'software')?.words;
      if (sought !== undefined) {
        const ask = (): Promise<SoftwareAnswer> => engine.software(sought);
        fetch('software', softwareKey(state, sought), ask, software => set({software}));
      }
      const top = topLayer(state.ui);
      followLog(top?.kind === 'page' && top.page.of === 'log' ? top.page.host : undefined);
    },
    close: (): void => {
      clearTimeout(poll);
      logOf = undefined;
    },
  };
};

/** What an answer about vulnerabilities is kept under: another ranking may say something else. */
export const holesKey = (state: ConsoleState, question: HoleQuestion): string | undefined => {
  const file = state.engine.run?.run.ranking?.file;
  return file === undefined ? undefined : JSON.stringify([file, question]);
};

/** What an answer about software is kept under: after another scan it is asked anew, while hosts are at work once. */
export const softwareKey = ({engine, version}: ConsoleState, words: string): string =>
  JSON.stringify([words, engine.busy ? 'busy' : version]);

const questionOf = (page: Page): HoleQuestion | undefined => {
  if (page.of === 'cve') return {cve: page.cve};
  return page.of === 'host-cves' ? {host: page.host} : undefined;
};
