import type {Context} from '../bindings/binding.ts';
import {pad} from '../display-width.ts';
import {keyNames} from '../key-names.ts';
import {Row} from '../row.tsx';
import {line, span, strong, type Line} from '../span.ts';
import {windowTop} from '../table/windowing.ts';
import type {Layer} from '../ui.ts';
import {paletteMatches} from './palette.ts';

/** All actions of the screen by name: the same table as keys and help. */
export const PaletteLayer = (props: {context: Context; layer: Layer & {kind: 'palette'}; height: number}) => {
  const {context, layer, height} = props;
  const {state} = context;
  const {theme} = state;
  const width = state.ui.size.columns - 2;
  const found = paletteMatches(context, layer.text);
  const room = height - 2;
  const top = windowTop(0, layer.at, room, found.length);
  const rows = Array.from({length: room}, (_, i): {line: Line; here: boolean} => {
    const entry = found[top + i];
    if (entry === undefined)
      return {line: found.length === 0 && i === 0 ? [span('  No action has this name.')] : [], here: false};
    const here = top + i === layer.at;
    const {binding, disabled} = entry;
    const words = line(
      here ? '> ' : '  ',
      strong(pad(keyNames(binding.keys.slice(0, 2)), 10, 'left', theme.glyphs.more)),
      disabled === undefined ? ` ${binding.title}` : span(` ${binding.title}`, 'quiet'),
      disabled === undefined ? '' : span(`  not now: ${disabled}`, 'quiet'),
    );
    return {line: words, here};
  });
  return (
    <>
      <Row line={line(span(': ', 'accent'), `${layer.text}_`)} width={width} theme={theme} />
      <Row line={[]} width={width} theme={theme} />
      {rows.map((row, i) => (
        <Row key={i} line={row.line} width={width} theme={theme} inverse={row.here} />
      ))}
    </>
  );
};
