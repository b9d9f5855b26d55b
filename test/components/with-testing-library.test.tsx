import {render} from 'ink-testing-library';
import {expect, test} from 'vitest';
import {Console} from '../../components/console.tsx';
import {makeConsoleStore} from '../../components/console-store.ts';
import {makeTheme} from '../../components/theme.ts';
import {FakeEngine} from './fake-engine.ts';
import {scannedShop} from './fleet.ts';

test('an operator opens the console, looks at a host and goes back', async () => {
  const engine = new FakeEngine(() => Date.now());
  scannedShop(engine);
  const store = makeConsoleStore({
    engine,
    mode: 'live',
    fleet: 'shop-eu',
    operator: 'kim',
    theme: makeTheme({colour: false, ascii: true, screenReader: false}),
    now: () => Date.now(),
    size: {columns: 100, rows: 24},
    suspend: () => Promise.resolve(),
    leave: () => undefined,
    takeOver: () => undefined,
  });
  const app = render(<Console store={store} />);
  const until = async (wanted: string): Promise<void> => {
    for (let i = 0; i < 200 && !(app.lastFrame() ?? '').includes(wanted); i++) {
      await new Promise(resolve => setTimeout(resolve, 10));
    }
    expect(app.lastFrame()).toContain(wanted);
  };
  await until('[1 Identify]');
  await new Promise(resolve => setTimeout(resolve, 10));
  app.stdin.write('\r');
  await until('criticality critical');
  await until('exposure not stated');
  app.stdin.write('\u001b');
  await until('4 shown');
  app.unmount();
  store.close();
});
