import type {Line} from './span.ts';
import type {Theme} from './theme.ts';

/** `[####----]  64 %`, in `width` columns. Only for numbers that are real: without one, draw nothing. */
export const bar = (percent: number, width: number, theme: Theme): Line => {
  const label = `${String(Math.floor(percent)).padStart(4)} %`;
  const cells = width - label.length;
  if (theme.screenReader || cells < 4) return [{text: label.trim()}];
  const full = Math.min(cells, Math.max(0, Math.round((percent / 100) * cells)));
  return [
    {text: theme.glyphs.full.repeat(full), tone: 'active'},
    {text: theme.glyphs.empty.repeat(cells - full), tone: 'quiet'},
    {text: label},
  ];
};
