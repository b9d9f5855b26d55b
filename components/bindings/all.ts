import type {ScreenId} from '../screens/screen-id.ts';
import {isHere, type Binding} from './binding.ts';
import {blockingBindings} from './blocking.ts';
import {deployBindings} from './deploying.ts';
import {describingBindings} from './describing.ts';
import {everywhereBindings} from './everywhere.ts';
import {closingBindings, lookBindings} from './holes.ts';
import {hostBindings} from './hosts.ts';
import {movingBindings} from './moving.ts';
import {patchBindings} from './patches.ts';
import {selectingBindings} from './selecting.ts';
import {softwareBindings} from './software.ts';
import {stageBindings} from './stages.ts';
import {takingOverBindings} from './taking-over.ts';

/**
 * The one table of keys. Help, palette, hints and docs/keys.md are made from it; the first that fits a screen and a key
 * is meant.
 */
export const bindings: readonly Binding[] = [
  ...takingOverBindings,
  ...deployBindings,
  ...stageBindings,
  ...closingBindings,
  ...patchBindings,
  ...lookBindings,
  ...blockingBindings,
  ...hostBindings,
  ...softwareBindings,
  ...describingBindings,
  ...selectingBindings,
  ...everywhereBindings,
  ...movingBindings,
];

export const bindingFor = (screen: ScreenId, key: string): Binding | undefined =>
  bindings.find(binding => isHere(binding, screen) && binding.keys.includes(key));

export const bindingsOf = (screen: ScreenId): Binding[] =>
  bindings.filter(binding => isHere(binding, screen));
