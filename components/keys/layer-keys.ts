import {changeLayer, changeScreen, closeLayer, screenOf, topLayer} from '../console-state.ts';
import {change} from '../deed.ts';
import {pageHeight, pageLength} from '../pages/all.ts';
import {clamp} from '../table/windowing.ts';
import type {Context} from '../bindings/binding.ts';
import {paletteMatches} from '../layers/palette.ts';
import {listedTroubles} from '../set-aside.ts';
import {goToTrouble} from '../troubles.ts';
import {editText} from './edit-text.ts';
import {pickOption} from './pick-option.ts';
import type {Press} from './press.ts';
import type {Deed, Field, Layer} from '../ui.ts';

type LayerOf<Kind extends Layer['kind']> = Extract<Layer, {kind: Kind}>;

const nothing: Deed[] = [];
const replace = (layer: Layer): Deed => change(ui => changeLayer(ui, layer));
const close: Deed = change(closeLayer);
const say = (text: string): Deed => ({do: 'say', text});

/**
 * What a key does in the layer on top; undefined when the layer has no use for it and the bindings may. Esc closes one
 * layer, always. Enter alone confirms nothing.
 */
export const layerDeeds = (context: Context, press: Press): readonly Deed[] | undefined => {
  const layer = topLayer(context.state.ui);
  switch (layer?.kind) {
    case undefined:
      return undefined;
    case 'filter':
      return inFilter(context, layer, press);
    case 'palette':
      return inPalette(context, layer, press);
    case 'page':
      return inPage(context, layer, press);
    case 'trouble':
      return inTrouble(context, layer, press);
    case 'confirm':
      if (press.key === 'y') return [close, layer.then];
      if (press.key === 'n' || press.key === 'esc') return [close, say('nothing was done')];
      return press.key === 'enter' ? [say('y or n: Enter alone confirms nothing')] : unlessStop(press);
    case 'choice': {
      const option = layer.options.find(item => item.key === press.key);
      if (option !== undefined) return [close, option.then];
      if (press.key === 'n' || press.key === 'esc') return [close];
      return press.key === 'enter' ? [say('press the key of a choice; esc goes back')] : unlessStop(press);
    }
    case 'waves':
      return ['esc', 'q', 'm', 'enter'].includes(press.key) ? [close] : unlessStop(press);
    case 'typed':
      return inTyped(layer, press);
    case 'form':
      return inForm(layer, press);
  }
};

/** Ctrl-C and Ctrl-Z are for everyone; other keys are for the layer alone. */
const unless = (press: Press): readonly Deed[] | undefined =>
  press.key === 'ctrl+c' || press.key === 'ctrl+z' ? undefined : nothing;

/** Where letters are no text, stop is for everyone too. */
const unlessStop = (press: Press): readonly Deed[] | undefined =>
  press.key === 'X' ? undefined : unless(press);

const inFilter = (context: Context, layer: LayerOf<'filter'>, press: Press): readonly Deed[] | undefined => {
  // Half-typed words match other rows: the cursor must not wander off with them.
  const {cursor} = layer;
  const {filter} = screenOf(context.state.ui);
  if (press.key === 'esc') return [change(ui => changeScreen(closeLayer(ui), {filter: '', cursor, at: 0}))];
  if (press.key === 'enter') return [close];
  const text = editText(filter, press, 200);
  return text === undefined ? unless(press) : [change(ui => changeScreen(ui, {filter: text, cursor, at: 0}))];
};

const inPalette = (
  context: Context,
  layer: LayerOf<'palette'>,
  press: Press,
): readonly Deed[] | undefined => {
  const found = paletteMatches(context, layer.text);
  if (press.key === 'esc') return [close];
  if (press.key === 'down' || press.key === 'up') {
    const at = clamp(layer.at + (press.key === 'down' ? 1 : -1), 0, Math.max(0, found.length - 1));
    return [replace({...layer, at})];
  }
  if (press.key === 'enter') {
    const chosen = found[layer.at];
    if (chosen === undefined) return [say('no action has this name')];
    if (chosen.disabled !== undefined) return [say(`${chosen.binding.title}: not now, ${chosen.disabled}`)];
    return [close, chosen.binding.deed(context)];
  }
  const text = editText(layer.text, press, 60);
  return text === undefined ? unless(press) : [replace({...layer, text, at: 0})];
};

const inPage = (context: Context, layer: LayerOf<'page'>, press: Press): readonly Deed[] | undefined => {
  if (press.key === 'esc' || press.key === 'q') return [close];
  const height = pageHeight(context.state);
  const last = Math.max(0, pageLength(context.state, layer.page) - height);
  const from = layer.top ?? last;
  const to = scrolled(press.key, from, height, last);
  if (to === undefined) return /^[X!?:\d[\]]$/.test(press.key) ? undefined : unless(press);
  // At the end a log follows what comes.
  const top = layer.page.of === 'log' && to >= last ? undefined : clamp(to, 0, last);
  return [replace({...layer, top})];
};

const scrolled = (key: string, from: number, height: number, last: number): number | undefined =>
  ({
    j: from + 1,
    down: from + 1,
    k: from - 1,
    up: from - 1,
    pgdn: from + height,
    space: from + height,
    pgup: from - height,
    'ctrl+d': from + Math.floor(height / 2),
    'ctrl+u': from - Math.floor(height / 2),
    g: 0,
    home: 0,
    G: last,
    end: last,
  })[key];

const inTrouble = (
  context: Context,
  layer: LayerOf<'trouble'>,
  press: Press,
): readonly Deed[] | undefined => {
  const groups = listedTroubles(context.state);
  if (press.key === 'esc' || press.key === 'q' || press.key === '!') return [close];
  const group = groups[clamp(layer.at, 0, groups.length - 1)];
  if (press.key === 'enter') {
    return group === undefined || group.hosts.length === 0
      ? [close]
      : [change(ui => goToTrouble(closeLayer(ui), context.state, group))];
  }
  const to = scrolled(press.key, layer.at, 8, groups.length - 1);
  if (to === undefined) return /^[X?\d[\]]$/.test(press.key) ? undefined : unless(press);
  return [replace({...layer, at: clamp(to, 0, Math.max(0, groups.length - 1))})];
};

const inTyped = (layer: LayerOf<'typed'>, press: Press): readonly Deed[] | undefined => {
  if (press.key === 'esc') return [close, say('nothing was done')];
  if (press.key === 'enter') {
    if (layer.expect.includes(layer.typed.trim())) return [close, layer.then];
    return [say(`type ${layer.expect.join(' or ')}, then Enter; esc goes back`)];
  }
  const typed = editText(layer.typed, press, 100);
  return typed === undefined ? unless(press) : [replace({...layer, typed})];
};

const isMissing = ({value, mayBeEmpty}: Field): boolean => mayBeEmpty !== true && value.trim() === '';

const inForm = (layer: LayerOf<'form'>, press: Press): readonly Deed[] | undefined => {
  const field = layer.fields[layer.at];
  if (press.key === 'esc') return [close, say('nothing was done')];
  if (field === undefined) return nothing;
  if (press.key === 'tab' || press.key === 'down' || press.key === 'up') {
    const by = press.key === 'up' ? -1 : 1;
    return [replace({...layer, at: (layer.at + by + layer.fields.length) % layer.fields.length})];
  }
  if (press.key === 'enter') {
    if (isMissing(field)) return [say(`${field.label} is needed; esc goes back`)];
    const empty = layer.fields.findIndex(isMissing);
    if (empty >= 0) return [replace({...layer, at: empty})];
    if (layer.at < layer.fields.length - 1) return [replace({...layer, at: layer.at + 1})];
    return [close, layer.then(Object.fromEntries(layer.fields.map(item => [item.id, item.value.trim()])))];
  }
  const value =
    field.options === undefined
      ? editText(field.value, press, field.most)
      : pickOption(field.value, field.options, press);
  if (value === undefined) return unless(press);
  return [
    replace({...layer, fields: layer.fields.map((item, i) => (i === layer.at ? {...item, value} : item))}),
  ];
};
