import {Box, Text, useWindowSize} from 'ink';
import {useEffect, useSyncExternalStore} from 'react';
import type {Context} from './bindings/binding.ts';
import type {ConsoleStore} from './console-store.ts';
import {isTooSmall, messageLines, smallest, tableFrame} from './frame.ts';
import {hintLine} from './key-hints.ts';
import {useKeyRouter} from './keys/use-key-router.ts';
import {layerOf} from './layers/layer-body.tsx';
import {Row, Rows} from './row.tsx';
import {screenNow} from './screens/all.ts';
import {span} from './span.ts';
import {Spoken} from './spoken.tsx';
import {TableBody} from './table-body.tsx';
import {trailLine} from './trail.ts';

/** The whole console: what the store holds, drawn. */
export const Console = ({store}: {store: ConsoleStore}) => {
  const state = useSyncExternalStore(store.subscribe, store.get);
  useKeyRouter(store);
  useSize(store);
  useClock(store);
  const {columns, rows} = state.ui.size;
  const {theme} = state;
  if (isTooSmall(state.ui.size)) {
    const words = `too small: ${columns}x${rows}, ${smallest.columns}x${smallest.rows} is needed; nothing is lost`;
    return <Text wrap="truncate-end">{words}</Text>;
  }
  const screen = screenNow(state);
  const context: Context = {state, screen, view: screen.view(state), height: tableFrame(state).body};
  if (theme.screenReader) return <Spoken context={context} />;
  const width = columns - 2;
  const message = messageLines(state);
  return (
    <Box flexDirection="column" width={columns} height={rows} paddingX={1} overflow="hidden">
      <Row line={trailLine(state)} width={width} theme={theme} />
      <Row line={screen.headline(state)} width={width} theme={theme} />
      {layerOf(context) ?? <TableBody context={context} />}
      <Rows lines={message.lines.map(text => [span(text, message.tone)])} width={width} theme={theme} />
      <Row line={hintLine(context)} width={width} theme={theme} />
    </Box>
  );
};

const useSize = (store: ConsoleStore): void => {
  const {columns, rows} = useWindowSize();
  useEffect(() => store.resize({columns, rows}), [store, columns, rows]);
};

/** What runs shows how long it has been running. */
const useClock = (store: ConsoleStore): void => {
  useEffect(() => {
    const timer = setInterval(store.tick, 1000);
    return () => clearInterval(timer);
  }, [store]);
};
