import {changeLayer, changeScreen, screenOf, topLayer, type ConsoleState} from '../console-state.ts';
import type {Ui} from '../ui.ts';
import {addText} from './edit-text.ts';
import {askedNow} from './question-keys.ts';

/** The interface after a paste, or undefined where there is no line of text to paste into. */
export const pasteText = (state: ConsoleState, text: string): Ui | undefined => {
  const {ui} = state;
  const question = askedNow(state);
  if (question !== undefined) {
    return question.kind === 'secret'
      ? {...ui, answer: addText(ui.answer, text.replace(/[\r\n]+$/, ''), 1000)}
      : undefined;
  }
  const layer = topLayer(ui);
  switch (layer?.kind) {
    case 'filter':
      return changeScreen(ui, {filter: addText(screenOf(ui).filter, text, 200)});
    case 'palette':
      return changeLayer(ui, {...layer, text: addText(layer.text, text, 60), at: 0});
    case 'form':
      return changeLayer(ui, {
        ...layer,
        fields: layer.fields.map((field, i) =>
          i === layer.at && field.options === undefined
            ? {...field, value: addText(field.value, text, field.most)}
            : field,
        ),
      });
    default:
      // What a live action asks for is typed by hand, never pasted.
      return undefined;
  }
};
