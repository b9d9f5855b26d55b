import type {Engine} from '../src/engine/interface.ts';
import {describeError} from '../src/model/error.ts';
import type {StageName} from '../src/model/phase.ts';
import type {ShallowRule} from '../src/model/policy.ts';
import {bindingFor} from './bindings/all.ts';
import {whyDisabled, type Context} from './bindings/binding.ts';
import {firstUi, stageToOpen, topLayer, type ConsoleState, type Mode} from './console-state.ts';
import {isTooSmall, tableFrame} from './frame.ts';
import {withKeys} from './gates-now.ts';
import {keyNames} from './key-names.ts';
import {layerDeeds} from './keys/layer-keys.ts';
import {pasteText} from './keys/paste-text.ts';
import type {Press} from './keys/press.ts';
import {askedNow, questionDeeds} from './keys/question-keys.ts';
import {makeLoader} from './loader.ts';
import {displayWidth} from './display-width.ts';
import {nextStep} from './next-step.ts';
import {screenNow} from './screens/all.ts';
import {screenIdOf} from './screens/screen-id.ts';
import {settle} from './settle.ts';
import type {Theme} from './theme.ts';
import type {Deed, Message} from './ui.ts';

/** Changes of the engine are drawn at most this often, in ms. */
const batch = 100;

/** A word that all went well gives way after this time, in ms. A refusal stays until the next key. */
const stale = 6000;

/** Keys that wait for an answer are forgotten when it took longer than this, in ms. */
const longWait = 1000;
const urgent: ReadonlySet<string> = new Set(['X', 'ctrl+c', 'ctrl+z', 'esc']);

export type StoreOptions = {
  engine: Engine;
  mode: Mode;
  fleet: string;
  operator: string;
  shallow?: ShallowRule | undefined;
  theme: Theme;
  now: () => number;
  size: {columns: number; rows: number};
  initialStage?: StageName;
  suspend: () => Promise<void>;
  leave: () => void;
  takeOver: () => void;
};

export type ConsoleStore = ReturnType<typeof makeConsoleStore>;

/**
 * What the console is at this moment, outside React: keys of one packet act one after the other on what the one before
 * left, before anything is drawn.
 */
export const makeConsoleStore = (options: StoreOptions) => {
  const {engine} = options;
  const listeners = new Set<() => void>();
  let timer: NodeJS.Timeout | undefined;
  let drawn = 0;
  let said = 0;
  /** Requests that the engine has not answered yet, and the keys that wait for what comes of them. */
  let asking = 0;
  let askedAt = 0;
  const waiting: Press[] = [];
  let state: ConsoleState = {
    ui: firstUi(options.initialStage ?? stageToOpen(engine.state()), options.size),
    engine: engine.state(),
    version: 0,
    ranking: undefined,
    decision: undefined,
    scan: undefined,
    point: undefined,
    holes: undefined,
    software: undefined,
    log: undefined,
    asked: undefined,
    questionSince: options.now(),
    mode: options.mode,
    fleet: options.fleet,
    operator: options.operator,
    shallow: options.shallow,
    theme: options.theme,
    now: options.now(),
  };

  const set = (next: Partial<ConsoleState>): void => {
    if (next.ui?.message !== undefined && next.ui.message !== state.ui.message) said = options.now();
    const asked = askedNow(state)?.id;
    state = {...state, ...next, now: options.now()};
    const shown = askedNow(state)?.id;
    if (shown !== asked) state = {...state, questionSince: state.now, ui: {...state.ui, answer: ''}};
    const {message} = state.ui;
    if (message !== undefined && message.tone !== 'bad' && state.now - said > stale) {
      state = {...state, ui: {...state.ui, message: undefined}};
    }
    state = settle(state);
    for (const listener of listeners) listener();
    loader.look();
  };

  const say = (text: string, tone: Message['tone']): void => set({ui: {...state.ui, message: {text, tone}}});

  const context = (): Context => {
    const screen = screenNow(state);
    return {state, screen, view: screen.view(state), height: tableFrame(state).body};
  };

  const submit = async (deed: Deed & {do: 'submit'}): Promise<void> => {
    if (deed.change !== undefined) set({ui: deed.change(state.ui)});
    for (const command of deed.commands) {
      const answer = await engine.submit(command);
      if (answer === 'ok') continue;
      // What was typed after it took it for done.
      waiting.length = 0;
      say(`${answer.what}. Next: ${withKeys(answer.next)}`, 'bad');
      return;
    }
    set({
      engine: engine.state(),
      version: state.version + 1,
      ui: {...state.ui, undo: deed.undo, message: {text: deed.said, tone: 'good'}},
    });
    // What comes next, where there is room for it beside what was done.
    const whole = [deed.said, nextStep(state)].filter(text => text !== undefined).join('   ');
    if (!deed.said.includes('Next:') && displayWidth(whole) <= 2 * (state.ui.size.columns - 8))
      say(whole, 'good');
  };

  const perform = (deed: Deed): void => {
    switch (deed.do) {
      case 'submit':
        asking += 1;
        askedAt = options.now();
        set({asked: deed.meanwhile});
        submit(deed)
          .catch((error: unknown) => say(describeError(error), 'bad'))
          .finally(() => {
            asking -= 1;
            if (asking === 0) set({asked: undefined});
            goOn();
          });
        return;
      case 'open':
        set({ui: {...state.ui, message: undefined, layers: [...state.ui.layers, deed.layer]}});
        return;
      case 'change':
        set({ui: deed.change(state.ui)});
        return;
      case 'say':
        say(deed.text, 'quiet');
        return;
      case 'suspend':
        options.suspend().catch((error: unknown) => say(describeError(error), 'bad'));
        return;
      case 'take-over':
        options.takeOver();
        return;
      case 'leave':
        options.leave();
    }
  };

  const deedsOf = (press: Press): readonly Deed[] => {
    const question = askedNow(state);
    const asked = question === undefined ? undefined : questionDeeds(state, question, press);
    const layered = asked ?? layerDeeds(context(), press);
    if (layered !== undefined) return layered;
    const binding = bindingFor(screenIdOf(state.ui), press.key);
    if (binding === undefined) return [];
    const why = whyDisabled(binding, context());
    return why === undefined
      ? [binding.deed(context())]
      : [{do: 'say', text: `${keyNames([press.key])} (${binding.title}): not now, ${why}`}];
  };

  /**
   * A summary must not be made from what a request just now is changing: what acts on the run waits for its answer, and the keys
   * after it. What stops, suspends or goes back does not wait.
   */
  const mustWait = (one: Press): boolean => {
    if (asking === 0 || urgent.has(one.key)) return false;
    const free = topLayer(state.ui) === undefined && askedNow(state) === undefined;
    return waiting.length > 0 || (free && bindingFor(screenIdOf(state.ui), one.key)?.changes === true);
  };

  const goOn = (): void => {
    // Typed so long ago, they were meant for another screen than the one that is there now.
    if (options.now() - askedAt > longWait) waiting.length = 0;
    while (asking === 0) {
      const next = waiting.shift();
      if (next === undefined) return;
      act(next);
    }
  };

  const press = (one: Press): void => {
    if (mustWait(one)) waiting.push(one);
    else act(one);
  };

  const act = (one: Press): void => {
    if (isTooSmall(state.ui.size) && !one.key.startsWith('ctrl+')) return;
    state = {...state, now: options.now()};
    const seen = new Set(state.engine.notices);
    if (state.ui.message !== undefined || seen.size > 0) set({ui: {...state.ui, message: undefined, seen}});
    for (const deed of deedsOf(one)) perform(deed);
  };

  const refresh = (): void => {
    timer = undefined;
    drawn = options.now();
    set({engine: engine.state(), version: state.version + 1});
  };

  const unsubscribe = engine.subscribe(() => {
    timer ??= setTimeout(refresh, Math.max(0, batch - (options.now() - drawn)));
  });

  const loader = makeLoader(engine, () => state, set);
  state = settle(state);
  loader.look();

  return {
    get: (): ConsoleState => state,
    subscribe: (listener: () => void): (() => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    press,
    /** Pasted text goes into a line of text, or nowhere: never to the keys. */
    paste: (text: string): void => {
      const ui = pasteText(state, text);
      if (ui === undefined) say('pasted text was not taken: there is no line to put it in', 'quiet');
      else set({ui});
    },
    resize: (size: {columns: number; rows: number}): void => {
      if (size.columns === state.ui.size.columns && size.rows === state.ui.size.rows) return;
      set({ui: {...state.ui, size}});
    },
    /** Once a second: what is running counts on. */
    tick: (): void => set({}),
    close: (): void => {
      unsubscribe();
      loader.close();
      clearTimeout(timer);
      listeners.clear();
    },
  };
};
