import type {StageName} from '../../src/model/phase.ts';
import {isHere, type Binding} from './binding.ts';
import {deployBindings} from './deploying.ts';
import {everywhereBindings} from './everywhere.ts';
import {hostBindings} from './hosts.ts';
import {movingBindings} from './moving.ts';
import {patchBindings} from './patches.ts';
import {selectingBindings} from './selecting.ts';
import {stageBindings} from './stages.ts';

/**
 * The one table of keys. Help, palette, hints and docs/keys.md are made from it; the first that fits a screen and a key
 * is meant.
 */
export const bindings: readonly Binding[] = [
  ...deployBindings,
  ...stageBindings,
  ...patchBindings,
  ...hostBindings,
  ...selectingBindings,
  ...everywhereBindings,
  ...movingBindings,
];

export const bindingFor = (stage: StageName, key: string): Binding | undefined =>
  bindings.find(binding => isHere(binding, stage) && binding.keys.includes(key));

export const bindingsOf = (stage: StageName): Binding[] => bindings.filter(binding => isHere(binding, stage));
