import {bindingsOf} from '../bindings/all.ts';
import {hintOf, whyDisabled, type Binding, type Context} from '../bindings/binding.ts';

export type PaletteEntry = {binding: Binding; disabled: string | undefined};

/** The actions of this screen whose name, key or hint has all the words; what can be done now comes first. */
export const paletteMatches = (context: Context, text: string): PaletteEntry[] => {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter(word => word !== '');
  return bindingsOf(context.screen.id)
    .filter(binding => binding.id !== 'palette' && binding.id !== 'back')
    .filter(binding => {
      const name =
        `${binding.title} ${hintOf(binding, context) ?? ''} ${binding.keys.join(' ')}`.toLowerCase();
      return words.every(word => name.includes(word));
    })
    .map(binding => ({binding, disabled: whyDisabled(binding, context)}))
    .sort((a, b) => Number(a.disabled !== undefined) - Number(b.disabled !== undefined));
};
