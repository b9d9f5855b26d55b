import type {Command} from '../src/engine/interface.ts';
import type {Deed, Layer, Ui} from './ui.ts';

export const open = (layer: Layer): Deed => ({do: 'open', layer});
export const change = (to: (ui: Ui) => Ui): Deed => ({do: 'change', change: to});
export const submit = (said: string, ...commands: readonly Command[]): Deed & {do: 'submit'} => ({
  do: 'submit',
  commands,
  said,
});
