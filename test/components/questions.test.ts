import {afterEach, beforeEach, expect, test} from 'vitest';
import {FakeEngine} from './fake-engine.ts';
import {scannedShop} from './fleet.ts';
import {keys, show, type Shown} from './harness.tsx';

let engine: FakeEngine;
/** A clock that only the test puts on: how busy the machine is decides nothing. */
let clock = 0;
let shown: Shown | undefined;

beforeEach(() => {
  clock = Date.parse('2026-11-26T03:00:00Z');
  engine = new FakeEngine(() => clock);
  scannedShop(engine);
});
afterEach(() => shown?.unmount());

const open = async (): Promise<Shown> => {
  shown = await show({engine, now: engine.now});
  return shown;
};

/** The question has been there for a while: the next key answers it. */
const read = (): void => void (clock += 300);

const hostKey = {
  kind: 'host-key',
  id: 'q1',
  host: 'web02',
  address: '10.0.0.12:22',
  keyType: 'ssh-ed25519',
  fingerprint: 'SHA256:uNiVztksCsDhcc0u9e8BrrJXVGDOpVnQ8Y2uV5w3b1s',
} as const;

const password = {
  kind: 'secret',
  id: 'q2',
  host: 'web02',
  what: 'become-password',
  prompt: '[sudo] password for ops:',
} as const;

const answers = () => engine.commands.filter(command => command.type === 'answer');

test('an unknown host key is shown with its fingerprint; Enter trusts nothing', async () => {
  const console = await open();
  engine.ask(hostKey);
  const frame = await console.until('The key of web02 is not known');
  for (const wanted of ['10.0.0.12:22', 'ssh-ed25519', hostKey.fingerprint]) expect(frame).toContain(wanted);
  await console.send(keys.enter);
  await console.until('r refuses, o trusts it once, m remembers it');
  expect(answers()).toEqual([]);
});

test('a key that was pressed as the question came up does not trust the host', async () => {
  const console = await open();
  engine.ask(hostKey);
  await console.until('The key of web02');
  await console.send('m');
  await console.until('read it, then press again');
  expect(answers()).toEqual([]);
  read();
  await console.send('m');
  await console.untilGone('The key of web02');
  expect(answers()).toEqual([{type: 'answer', question: 'q1', answer: 'remember'}]);
});

test('a notice asks for nothing, and Esc hides it', async () => {
  const console = await open();
  const touch = {kind: 'notice', host: 'web02', text: 'Confirm user presence for key ED25519-SK'} as const;
  engine.ask({...touch, id: 'q1'});
  expect(await console.until('Confirm user presence')).not.toContain('answer nothing');
  read();
  await console.send('m');
  await console.until('esc hides it');
  await console.send(keys.esc);
  await console.untilGone('Confirm user presence');
  expect(answers()).toEqual([{type: 'answer', question: 'q1', answer: null}]);
});

test('r refuses, Esc answers nothing', async () => {
  const console = await open();
  engine.ask(hostKey);
  engine.ask({...hostKey, id: 'q3'});
  await console.until('1 more question waits');
  read();
  await console.send('r');
  await console.untilGone('1 more question waits');
  await console.send(keys.esc);
  await console.until('read it, then press again');
  read();
  await console.send(keys.esc);
  await console.untilGone('The key of web02');
  expect(answers().map(command => command.answer)).toEqual(['refuse', null]);
});

test('a secret is never on the screen, not even its length', async () => {
  const console = await open();
  engine.ask(password);
  const frame = await console.until('[sudo] password for ops:');
  expect(frame).toContain('Password for root for web02');
  read();
  await console.send('hun');
  const short = await console.until('(typed, not shown)');
  await console.send('ter2');
  expect(console.frame()).toBe(short);
  await console.send(keys.enter);
  await console.untilGone('[sudo]');
  expect(answers()).toEqual([{type: 'answer', question: 'q2', answer: {secret: 'hunter2'}}]);
  expect(console.stdout.frames.join('')).not.toContain('hunter2');
});

test('a password can be pasted, its newline is not part of it', async () => {
  const console = await open();
  engine.ask(password);
  await console.until('[sudo]');
  await console.send('\u001b[200~hunter2\n\u001b[201~');
  await console.until('typed, not shown');
  read();
  await console.send(keys.enter);
  await console.untilGone('[sudo]');
  expect(answers()).toEqual([{type: 'answer', question: 'q2', answer: {secret: 'hunter2'}}]);
});

test('a question does not take the keyboard from a filter that is being typed', async () => {
  const console = await open();
  await console.send('/we');
  engine.ask(hostKey);
  await console.until('web02 waits for an answer');
  await console.send('b');
  await console.until('/ web_');
  await console.send(keys.enter);
  await console.until('The key of web02');
  expect(answers()).toEqual([]);
});

test('keys in one packet with the Enter that ends a filter answer no question behind it', async () => {
  const console = await open();
  await console.send('/we');
  engine.ask(hostKey);
  await console.until('esc goes to it');
  read();
  await console.send('b\rm');
  await console.until('read it, then press again');
  expect(answers()).toEqual([]);
});

test('what is said of a question that is on the screen does not name the key that refuses it', async () => {
  const console = await open();
  engine.ask(hostKey);
  const frame = await console.until('web02 waits for an answer');
  expect(frame).toContain('read it, then answer');
  expect(frame).not.toContain('esc goes to it');
});

test('hints name only what the keys do now: where letters are text, stop is Ctrl-C', async () => {
  const console = await open();
  await console.send('/');
  const filter = await console.until('^C stop');
  expect(filter).not.toContain('X stop');
  expect(filter).not.toContain('? help');
  await console.send(keys.esc);
  engine.ask(hostKey);
  const asked = await console.until('The key of web02');
  expect(asked).toContain('X stop');
  expect(asked).not.toContain('? help');
});
