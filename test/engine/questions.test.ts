import {expect, it} from 'vitest';
import {createQuestions} from '../../src/engine/questions.ts';

const make = () => {
  let ids = 0;
  const seen: number[] = [];
  const questions = createQuestions(
    () => `q${++ids}`,
    () => seen.push(questions.open.length),
  );
  return {questions, seen};
};
const password = {kind: 'secret', host: 'web1', what: 'become-password', prompt: 'sudo on web1'} as const;
const key = {
  kind: 'host-key',
  host: 'web2',
  address: '192.0.2.1',
  keyType: 'ssh-ed25519',
  fingerprint: 'SHA256:x',
} as const;

it('shows what is asked, gives each its own answer, and keeps none', async () => {
  const {questions, seen} = make();
  const first = questions.ask(password);
  const second = questions.ask(key);
  expect(questions.open).toEqual([
    {...password, id: 'q1'},
    {...key, id: 'q2'},
  ]);
  expect(questions.answer('q2', 'remember')).toBe(true);
  expect(questions.answer('q1', {secret: 'hunter2'})).toBe(true);
  expect(await Promise.all([first, second])).toEqual([{secret: 'hunter2'}, 'remember']);
  expect(questions.open).toEqual([]);
  expect(JSON.stringify(questions)).not.toContain('hunter2');
  // Whoever shows them is told of every change.
  expect(seen).toEqual([1, 2, 1, 0]);
});

it('takes no answer for what nobody asks any more, and none twice', async () => {
  const {questions} = make();
  const asked = questions.ask(password);
  expect(questions.answer('q9', null)).toBe(false);
  expect(questions.answer('q1', {secret: 'a'})).toBe(true);
  expect(questions.answer('q1', {secret: 'b'})).toBe(false);
  expect(await asked).toEqual({secret: 'a'});
});

it('withdraws one that whoever asked does not want answered any more', async () => {
  const {questions} = make();
  const stop = new AbortController();
  const [first, second] = [questions.ask(password, stop.signal), questions.ask(key)];
  stop.abort();
  expect(await first).toBe(null);
  expect(questions.open).toEqual([{...key, id: 'q2'}]);
  expect(await questions.ask(password, stop.signal)).toBe(null);
  questions.withdraw();
  await second;
});

it('withdraws all of them unanswered when the console goes', async () => {
  const {questions} = make();
  const asked = [questions.ask(password), questions.ask(key)];
  questions.withdraw();
  expect(await Promise.all(asked)).toEqual([null, null]);
  expect(questions.open).toEqual([]);
});
