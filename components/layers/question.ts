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
  return [
    [],
    ...(question.kind === 'secret' ? secret(state, question, width) : hostKey(state, question, width)),
    ...more,
  ];
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
  ...said('It is asked once, sent to this host alone and never written down.', state, width),
  [],
  line('  ', strong('answer'), state.ui.answer === '' ? '  _' : '  (typed, not shown)_'),
];

const secretTitles: Readonly<Record<(Question & {kind: 'secret'})['what'], string>> = {
  'ssh-password': 'SSH password',
  'key-passphrase': 'Passphrase of a key',
  'become-password': 'Password for root',
  'one-time-code': 'One-time code',
};

const said = (text: string, state: ConsoleState, width: number): Line[] =>
  wrap(text, width - 4, 4, state.theme.glyphs.more).map(part => line(`  ${part}`));
