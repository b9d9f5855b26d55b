import type {Context} from '../bindings/binding.ts';
import {topLayer} from '../console-state.ts';
import {askedNow} from '../keys/question-keys.ts';
import {pageHeight, pageLines, pageTitle} from '../pages/all.ts';
import {Row, Rows} from '../row.tsx';
import {line, span, spread, strong, type Line} from '../span.ts';
import {clamp} from '../table/windowing.ts';
import type {Layer} from '../ui.ts';
import {decisionLines} from './decision.ts';
import {PaletteLayer} from './palette-layer.tsx';
import {questionLines} from './question.ts';
import {SummaryTable} from './summary-table.tsx';
import {WavesLayer} from './waves-layer.tsx';
import {TroubleLayer} from './trouble-layer.tsx';

/** What lies over the table, in its place; undefined when the table is to be seen. */
export const layerOf = (context: Context) => {
  const {state} = context;
  const question = askedNow(state);
  const width = state.ui.size.columns - 2;
  const height = pageHeight(state) + 1;
  if (question !== undefined) {
    return <Filled lines={questionLines(state, question, width)} context={context} height={height} />;
  }
  const layer = topLayer(state.ui);
  if (layer === undefined || layer.kind === 'filter') return undefined;
  switch (layer.kind) {
    case 'page':
      return <PageLayer context={context} layer={layer} />;
    case 'trouble':
      return <TroubleLayer context={context} at={layer.at} height={height} />;
    case 'palette':
      return <PaletteLayer context={context} layer={layer} height={height} />;
    case 'waves':
      return <WavesLayer state={state} height={height} />;
    case 'typed': {
      const {before, after} = decisionLines(state, layer, width);
      const table = layer.table.length === 0 ? 0 : layer.table.length + 1;
      const blank = Math.max(0, height - before.length - after.length - table);
      return (
        <>
          <Rows lines={before} width={width} theme={state.theme} />
          <SummaryTable rows={layer.table} width={width} theme={state.theme} />
          <Rows lines={[...after, ...blanks(blank)]} width={width} theme={state.theme} />
        </>
      );
    }
    default: {
      const {before, after} = decisionLines(state, layer, width);
      return <Filled lines={[...before, ...after]} context={context} height={height} />;
    }
  }
};

const Filled = (props: {lines: readonly Line[]; context: Context; height: number}) => {
  const {state} = props.context;
  const lines = [...props.lines.slice(0, props.height), ...blanks(props.height - props.lines.length)];
  return <Rows lines={lines} width={state.ui.size.columns - 2} theme={state.theme} />;
};

const PageLayer = ({context, layer}: {context: Context; layer: Layer & {kind: 'page'}}) => {
  const {state} = context;
  const {theme} = state;
  const width = state.ui.size.columns - 2;
  const height = pageHeight(state);
  const lines = pageLines(state, layer.page);
  const last = Math.max(0, lines.length - height);
  const top = clamp(layer.top ?? last, 0, last);
  const place = `${layer.top === undefined ? 'following, ' : ''}${lines.length === 0 ? 0 : top + 1}-${Math.min(lines.length, top + height)} of ${lines.length}`;
  const shown = lines.slice(top, top + height);
  const title = spread(
    line(strong(pageTitle(state, layer.page))),
    line(span(place, 'quiet')),
    width,
    theme.glyphs.more,
  );
  return (
    <>
      <Row line={title} width={width} theme={theme} />
      <Rows lines={[...shown, ...blanks(height - shown.length)]} width={width} theme={theme} />
    </>
  );
};

const blanks = (n: number): Line[] => Array.from({length: Math.max(0, n)}, () => []);
