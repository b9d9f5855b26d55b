import {open} from '../deed.ts';
import type {Binding} from './binding.ts';

/** What a console that follows can do once the one that held the run is gone. First in the table: then it is what there is to do. */
export const takingOverBindings: readonly Binding[] = [
  {
    id: 'take-over',
    keys: ['O'],
    title: 'take the run over here, once the console that holds it is gone',
    hint: 'take over',
    tier: 'confirm',
    where: 'everywhere',
    disabled: ({state}) => {
      if (state.mode !== 'read-only') return 'this console holds the run';
      return state.engine.holder === 'gone' ? undefined : 'the console that holds the run still answers';
    },
    deed: ({state}) =>
      open({
        kind: 'confirm',
        title: `Take run ${state.engine.run?.run.id ?? ''} over?`,
        lines: [
          'The console that held it is gone or does not answer. If it holds the run still, this one goes on following.',
          'Hosts at work are asked and followed to their end; nothing is started twice, and nothing new starts by itself.',
        ],
        then: {do: 'take-over'},
      }),
  },
];
