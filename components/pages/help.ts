import {stageNames} from '../../src/model/phase.ts';
import {bindingsOf} from '../bindings/all.ts';
import {isHere, whyDisabled, type Binding, type Context} from '../bindings/binding.ts';
import type {ConsoleState} from '../console-state.ts';
import {keyNames} from '../key-names.ts';
import {screenNow, screenTitles, stageTitles} from '../screens/all.ts';
import {line, span, strong, type Line} from '../span.ts';

/** All keys of the screen, made from the table of bindings; what cannot be done now says why. */
export const helpLines = (state: ConsoleState): Line[] => {
  const {stage} = state.ui;
  const screen = screenNow(state);
  const view = screen.view(state);
  const context: Context = {state, screen, view, height: 10};
  const all = bindingsOf(screen.id);
  const here = all.filter(binding => binding.where !== 'everywhere');
  const everywhere = all.filter(binding => binding.where === 'everywhere');
  return [
    line(strong(`On ${screenTitles[screen.id]}`)),
    ...here.flatMap(binding => bindingLines(binding, context)),
    line(''),
    line(strong('Everywhere')),
    ...everywhere.flatMap(binding => bindingLines(binding, context)),
    line(''),
    line(strong('Filter')),
    line(`  fields here: ${view.fieldNames.join(', ')}`),
    line(
      '  is: canary, left-out, unreachable, reboot, held, trouble, active, final, selected; end-of-life, support-limited, support-unknown; no-criticality, no-exposure, no-data, no-owner; kev, security, chosen',
    ),
    line('  examples: nginx    os:trixie !is:canary    security>=3 or is:reboot'),
    line(''),
    line(strong('Marks')),
    line('  ok done   x failed   ! look at it   ~ at work   . waits   * selected or chosen   > cursor'),
    line(''),
    line(strong('Elsewhere')),
    ...stageNames
      .filter(name => name !== stage)
      .map(name => line(`  ${stageTitles[name].padEnd(12)} `, span(keysOnlyOn(name), 'quiet'))),
  ];
};

const bindingLines = (binding: Binding, context: Context): Line[] => {
  const why = whyDisabled(binding, context);
  const tier = {safe: '', confirm: ' (asks first)', live: ' (live: summary first, then typed)'}[binding.tier];
  return [
    line(
      `  ${keyNames(binding.keys).padEnd(12)} `,
      why === undefined ? binding.title : span(binding.title, 'quiet'),
      span(tier, 'quiet'),
    ),
    ...(why === undefined ? [] : [line(' '.repeat(15), span(`not now: ${why}`, 'quiet'))]),
  ];
};

const keysOnlyOn = (stage: (typeof stageNames)[number]): string =>
  bindingsOf(stage)
    .filter(binding => binding.hint !== undefined && binding.where !== 'everywhere' && isHere(binding, stage))
    .map(binding => `${keyNames(binding.keys.slice(0, 1))} ${binding.title.split(/[,:;]/)[0] ?? ''}`)
    .join(', ');
