import {open} from '../deed.ts';
import {keep} from '../keep.ts';
import {prioritizeScreens} from '../screens/screen-id.ts';
import type {Binding, Context} from './binding.ts';

/** Looking through what is installed on the fleet. */
export const softwareBindings: readonly Binding[] = [
  {
    id: 'who-has',
    keys: ['f'],
    title: 'find who has a package, or a version of it: everything installed on every host',
    hint: c => (c.screen.id === 'identify' ? 'find' : undefined),
    tier: 'safe',
    where: ['identify', ...prioritizeScreens, 'test', 'verify'],
    disabled: nothingScanned,
    deed: () =>
      open({
        kind: 'form',
        title: 'Who has this?',
        lines: [
          'A package or its source, and a version if need be: openssl, openssl 3.0.20, lib*, openssl<3.0.20-1',
          'A version without a revision means every revision of it.',
        ],
        fields: [{id: 'software', label: 'software', value: '', most: 200}],
        at: 0,
        then: values =>
          open({kind: 'page', page: {of: 'software', words: (values['software'] ?? '').trim()}, top: 0}),
      }),
  },
];

/** Looked up once for each change of the run: at a key nobody goes through 10,000 hosts. */
const isScanned = keep<boolean>();

function nothingScanned({state}: Context): string | undefined {
  const hosts = state.engine.run?.hosts;
  const there = isScanned([hosts, state.version], () =>
    [...(hosts?.values() ?? [])].some(({scan}) => scan !== undefined),
  );
  return there ? undefined : 'no host was scanned yet: b begins the scan';
}
