import {changeScreen, screenOf, type ConsoleState} from './console-state.ts';
import {tableFrame} from './frame.ts';
import {screenNow} from './screens/all.ts';
import {clamp, windowTop} from './table/windowing.ts';

/** Puts the cursor back on its row, wherever that is now, and the row into sight. */
export const settle = (state: ConsoleState): ConsoleState => {
  const {ids} = screenNow(state).view(state);
  const screen = screenOf(state.ui);
  const found = screen.cursor === undefined ? -1 : ids.indexOf(screen.cursor);
  // The row is gone: the cursor stays where it was, on what is there now.
  const at = found >= 0 ? found : clamp(screen.at, 0, Math.max(0, ids.length - 1));
  const cursor = ids[at] ?? screen.cursor;
  const top = windowTop(screen.top, at, tableFrame(state).body, ids.length);
  if (at === screen.at && cursor === screen.cursor && top === screen.top) return state;
  return {...state, ui: changeScreen(state.ui, {at, cursor, top})};
};
