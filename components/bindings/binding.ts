import type {StageName} from '../../src/model/phase.ts';
import type {ConsoleState} from '../console-state.ts';
import type {Screen, View} from '../screens/screen.ts';
import type {ScreenId} from '../screens/screen-id.ts';
import type {Deed} from '../ui.ts';

/** What a binding may look at. */
export type Context = {
  state: ConsoleState;
  screen: Screen;
  view: View;
  /** Rows of the table that are shown: a page. */
  height: number;
};

/**
 * One key and what it does. `safe` acts at once and can be taken back; `confirm` asks y/n or for a reason; `live` changes
 * hosts and has the count or the fleet's name typed.
 */
export type Binding = {
  id: string;
  /** As presses are named: `j`, `D`, `enter`, `ctrl+d`. */
  keys: readonly string[];
  /** What it will do, as one phrase. */
  title: string;
  /** The word for it in the hints of the last row; absent: not hinted. Hints stand in the order of the table. */
  hint?: string | ((context: Context) => string | undefined);
  tier: 'safe' | 'confirm' | 'live';
  where: 'everywhere' | readonly ScreenId[];
  /** Changes the run: not possible while another console holds it. */
  changes?: boolean;
  /** Why it cannot be done here and now. */
  disabled?(context: Context): string | undefined;
  deed(context: Context): Deed;
};

/** The screens whose rows are hosts. */
export const hostStages: readonly StageName[] = ['identify', 'test', 'deploy', 'verify'];

/** The binding's word in the hints now. */
export const hintOf = (binding: Binding, context: Context): string | undefined =>
  typeof binding.hint === 'function' ? binding.hint(context) : binding.hint;

/** Why a binding cannot be used now, the read-only console included. */
export const whyDisabled = (binding: Binding, context: Context): string | undefined => {
  if (binding.changes === true && context.state.mode === 'read-only') {
    return 'this console only reads: another one holds the run';
  }
  if (binding.changes === true && context.state.engine.run?.run.closed !== undefined) {
    return 'the run is closed; `patchdeck open --new` begins another';
  }
  return binding.disabled?.(context);
};

export const isHere = (binding: Binding, screen: ScreenId): boolean =>
  binding.where === 'everywhere' || binding.where.includes(screen);
