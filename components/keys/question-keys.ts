import type {Answer, Question} from '../../src/model/question.ts';
import {topLayer, type ConsoleState} from '../console-state.ts';
import {change, submit} from '../deed.ts';
import {editText} from './edit-text.ts';
import type {Press} from './press.ts';
import type {Deed} from '../ui.ts';

/** A key pressed this shortly after the question appeared was meant for what was there before, in ms. */
const surprise = 250;

/** The question that has the keyboard. It never takes it from a line of text that is being typed. */
export const askedNow = (state: ConsoleState): Question | undefined => {
  const layer = topLayer(state.ui);
  const free = layer === undefined || layer.kind === 'page' || layer.kind === 'trouble';
  return free ? state.engine.questions[0] : undefined;
};

export const questionDeeds = (
  state: ConsoleState,
  question: Question,
  press: Press,
): readonly Deed[] | undefined => {
  const stops = press.key === 'X' && question.kind !== 'secret';
  if (stops || press.key === 'ctrl+c' || press.key === 'ctrl+z') return undefined;
  if (state.mode === 'read-only') {
    return [{do: 'say', text: 'this console only reads: the one that holds the run answers'}];
  }
  const tooSoon = state.now - state.questionSince < surprise;
  if (press.key === 'esc') {
    const said = question.kind === 'notice' ? 'hidden' : 'not answered: what needed it is not done';
    return tooSoon ? surprised : answer(question, null, said);
  }
  if (question.kind === 'secret') return tooSoon ? surprised : inSecret(state, question, press);
  if (question.kind === 'notice') return [{do: 'say', text: 'esc hides it'}];
  const choice = ({r: 'refuse', o: 'once', m: 'remember'} as const)[press.key];
  if (choice === undefined) return [{do: 'say', text: 'r refuses, o trusts it once, m remembers it'}];
  if (tooSoon) return surprised;
  return answer(
    question,
    choice,
    {refuse: 'refused', once: 'trusted once', remember: 'trusted and remembered'}[choice],
  );
};

const surprised: readonly Deed[] = [
  {do: 'say', text: 'the question came up as you pressed that key: read it, then press again'},
];

const inSecret = (state: ConsoleState, question: Question, press: Press): readonly Deed[] => {
  if (press.key === 'enter') {
    if (state.ui.answer === '') return [{do: 'say', text: 'nothing was typed; esc answers nothing'}];
    return answer(question, {secret: state.ui.answer}, 'answered');
  }
  const text = editText(state.ui.answer, press, 1000);
  return text === undefined ? [] : [change(ui => ({...ui, answer: text}))];
};

const answer = (question: Question, given: Answer, said: string): Deed[] => [
  change(ui => ({...ui, answer: ''})),
  submit(said, {type: 'answer', question: question.id, answer: given}),
];
