import {cleanLine} from '../../src/model/clean.ts';
import type {Question} from '../../src/model/question.ts';
import type {ConsoleState} from '../console-state.ts';
import {labelled} from '../screens/strips.ts';
import {line, span, strong, wrap, type Line} from '../span.ts';

/** What the engine asks, with all that is needed to answer. A secret is never shown, not even its length. */
export const questionLines = (state: ConsoleState, question: Question, width: number): Line[] => {
  const others = state.engine.questions.length - 1;
  const more =
    others > 0
      ? [[], line(span(`  ${others} more ${others === 1 ? 'question waits' : 'questions wait'}.`, 'quiet'))]
      : [];
  return [[], ...asked(state, question, width), ...more];
};

const asked = (state: ConsoleState, question: Question, width: number): Line[] => {
  switch (question.kind) {
    case 'secret':
      return secret(state, question, width);
    case 'host-key':
      return hostKey(state, question, width);
    case 'notice':
      return notice(state, question, width);
  }
};

const hostKey = (state: ConsoleState, question: Question & {kind: 'host-key'}, width: number): Line[] => [
  line(strong(` The key of ${question.host} is not known`)),
  [],
  ...labelled('  host', question.host, width, state, 1),
  ...labelled('  address', question.address, width, state, 1),
  ...labelled('  key', question.keyType, width, state, 1),
  ...labelled('  print', question.fingerprint, width, state, 2),
  [],
  ...said(
    'Compare the fingerprint with what its owner or console says. Until then this could be any machine.',
    state,
    width,
  ),
  [],
  line(strong('  r'), '  refuse: the host is not contacted'),
  line(strong('  o'), '  trust it once, for this session'),
  line(strong('  m'), '  trust it and remember it in known_hosts'),
];

const secret = (state: ConsoleState, question: Question & {kind: 'secret'}, width: number): Line[] => [
  line(strong(` ${secretTitles[question.what]} for ${question.host}`)),
  [],
  ...said(cleanLine(question.prompt), state, width),
  [],
  ...said(`${whereItGoes[question.what]} It is never written down.`, state, width),
  [],
  line('  ', strong('answer'), state.ui.answer === '' ? '  _' : '  (typed, not shown)_'),
];

/** A password that worked serves every host that asks the same user for one; the first to try it does so alone. */
const whereItGoes: Readonly<Record<(Question & {kind: 'secret'})['what'], string>> = {
  'ssh-password': 'Tried here first, then on the other hosts that ask this user for one.',
  'key-passphrase': 'It opens the key here; no host gets it.',
  'become-password': 'Tried here first, then on the other hosts that ask this user for one.',
  'one-time-code': 'Sent to this host alone.',
};

const notice = (state: ConsoleState, question: Question & {kind: 'notice'}, width: number): Line[] => [
  line(strong(` For ${question.host}`)),
  [],
  ...said(cleanLine(question.text), state, width),
  [],
  ...said('It goes away by itself once it is done.', state, width),
];

const secretTitles: Readonly<Record<(Question & {kind: 'secret'})['what'], string>> = {
  'ssh-password': 'SSH password',
  'key-passphrase': 'Passphrase of a key',
  'become-password': 'Password for root',
  'one-time-code': 'One-time code',
};

const said = (text: string, state: ConsoleState, width: number): Line[] =>
  wrap(text, width - 4, 4, state.theme.glyphs.more).map(part => line(`  ${part}`));
