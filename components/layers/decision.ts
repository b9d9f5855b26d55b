import type {ConsoleState} from '../console-state.ts';
import {cut, displayWidth, graphemes} from '../display-width.ts';
import {line, span, strong, wrap, type Line} from '../span.ts';
import type {Layer} from '../ui.ts';

type Decision = Extract<Layer, {kind: 'confirm' | 'typed' | 'form' | 'choice'}>;

/** What is about to be done, said before it is; `after` stands below a summary's table. */
export const decisionLines = (
  state: ConsoleState,
  layer: Layer,
  width: number,
): {before: Line[]; after: Line[]} => {
  if (!isDecision(layer)) return {before: [], after: []};
  const {more} = state.theme.glyphs;
  const said = layer.lines.flatMap(text => wrap(text, width - 2, 3, more).map(part => line(`  ${part}`)));
  return {
    before: [[], [strong(` ${layer.title}`)], [], ...said, []],
    after: after(state, layer, width),
  };
};

const isDecision = (layer: Layer): layer is Decision =>
  ['confirm', 'typed', 'form', 'choice'].includes(layer.kind);

const after = (state: ConsoleState, layer: Decision, width: number): Line[] => {
  const {more} = state.theme.glyphs;
  switch (layer.kind) {
    case 'confirm':
      return [line('  ', strong('y'), ' yes   ', strong('n'), ' no (default)')];
    case 'choice':
      return layer.options.flatMap(option =>
        wrap(option.label, width - 6, 2, more).map((part, i) =>
          line(i === 0 ? strong(`  ${option.key}  `) : '     ', part),
        ),
      );
    case 'typed': {
      const right = layer.expect.includes(layer.typed.trim());
      return [
        [],
        line(
          '  type ',
          strong(layer.expect.join(' or ')),
          ', then Enter:  ',
          span(`${layer.typed}_`, right ? 'good' : 'accent'),
        ),
      ];
    }
    case 'form': {
      const label = Math.max(...layer.fields.map(field => displayWidth(field.label)));
      return layer.fields.map((field, i) => {
        const here = i === layer.at;
        const room = width - label - 8;
        // The end of a long value is where it is typed.
        const value = graphemes(field.value).slice(-room).join('');
        const hint = cut(field.hint ?? '', Math.max(0, room - displayWidth(value) - 2), more);
        return line(
          here ? '> ' : '  ',
          strong(field.label.padEnd(label)),
          '  ',
          span(`${value}${here ? '_' : ''}`, here ? 'accent' : 'quiet'),
          ...(hint === '' || (!here && value !== '') ? [] : [span(`  ${hint}`, 'quiet')]),
        );
      });
    }
  }
};
