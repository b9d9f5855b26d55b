import {createHash} from 'node:crypto';
import type {Command, Engine, EngineChange, EngineState} from '../../src/engine/interface.ts';
import {readHoles} from '../../src/engine/read-holes.ts';
import {readSoftware} from '../../src/engine/read-software.ts';
import type {HoleAnswer, HoleQuestion} from '../../src/model/hole.ts';
import type {Signal} from '../../src/model/job.ts';
import type {SoftwareAnswer} from '../../src/model/software.ts';
import type {Question} from '../../src/model/question.ts';
import type {Body, Event} from '../../src/record/event.ts';
import {Fold} from '../../src/record/fold.ts';
import type {Refusal} from '../../src/record/gates.ts';

/** An engine without hosts: it folds the events it is given, as the real one does, and keeps what it was asked for. */
export class FakeEngine implements Engine {
  readonly commands: Command[] = [];
  /** What `submit` answers; by default everything is accepted. */
  answer: (command: Command) => 'ok' | Refusal = () => 'ok';
  logs = new Map<string, string>();
  notices: string[] = [];
  interrupted = false;
  busy = false;
  failed: string | undefined;
  holder: 'answers' | 'gone' | undefined;
  /** The clock of its events, ms since 1970. */
  now: () => number;
  readonly #fold = new Fold();
  readonly #files = new Map<string, Uint8Array>();
  readonly #signals = new Map<string, Signal>();
  readonly #listeners = new Set<(change: EngineChange) => void>();
  #questions: readonly Question[] = [];
  #seq = 0;

  constructor(now: () => number) {
    this.now = now;
  }

  state(): EngineState {
    return {
      run: this.#fold.started ? this.#fold.state : undefined,
      signals: this.#signals,
      questions: this.#questions,
      interrupted: this.interrupted,
      busy: this.busy,
      failed: this.failed,
      notices: this.notices,
      ...(this.holder === undefined ? {} : {holder: this.holder}),
    };
  }

  subscribe(changed: (change: EngineChange) => void): () => void {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }

  submit(command: Command): Promise<'ok' | Refusal> {
    this.commands.push(command);
    const answer = this.answer(command);
    if (answer === 'ok') this.#obey(command);
    return Promise.resolve(answer);
  }

  read(digest: string): Promise<Uint8Array> {
    const bytes = this.#files.get(digest);
    return bytes === undefined ? Promise.reject(new Error(`no file ${digest}`)) : Promise.resolve(bytes);
  }

  holes(question: HoleQuestion): Promise<HoleAnswer> {
    return readHoles(this.state().run, digest => this.read(digest), question);
  }

  software(words: string): Promise<SoftwareAnswer> {
    return readSoftware(this.state().run, digest => this.read(digest), words);
  }

  log(host: string): Promise<string> {
    return Promise.resolve(this.logs.get(host) ?? '');
  }

  idle(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Something happened: journaled, folded and told. `ago`: how long ago, in ms. */
  happen(body: Body, ago = 0): void {
    this.#apply(body, ago);
    this.#tell({run: true});
  }

  /** Many at once, told once. */
  happenAll(bodies: Iterable<Body>, ago = 0): void {
    for (const body of bodies) this.#apply(body, ago);
    this.#tell({run: true});
  }

  signal(host: string, line: string, percent?: number): void {
    this.#signals.set(host, {host, line, at: this.now(), ...(percent === undefined ? {} : {percent})});
    this.#tell({signals: true});
  }

  ask(question: Question): void {
    this.#questions = [...this.#questions, question];
    this.#tell({questions: true});
  }

  /** Keeps a file; gives its digest. */
  keep(value: unknown): string {
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    const digest = createHash('sha256').update(bytes).digest('hex');
    this.#files.set(digest, bytes);
    return digest;
  }

  #obey(command: Command): void {
    if (command.type === 'choose')
      this.happen({type: 'patches.chosen', data: {patches: command.patches, chosen: command.chosen}});
    if (command.type === 'pause') this.happen({type: 'run.paused', data: {reason: command.reason}});
    if (command.type === 'resume') this.happen({type: 'run.resumed', data: {reason: ''}});
    if (command.type === 'answer') {
      this.#questions = this.#questions.filter(question => question.id !== command.question);
      this.#tell({questions: true});
    }
  }

  #apply(body: Body, ago: number): void {
    this.#seq += 1;
    const event: Event = {
      v: 1,
      seq: this.#seq,
      prevHash: '0'.repeat(64),
      ts: new Date(this.now() - ago).toISOString(),
      actor: 'engine',
      ...body,
    };
    this.#fold.apply(event);
  }

  #tell(change: Partial<EngineChange>): void {
    const whole = {
      run: false,
      hosts: [],
      signals: false,
      questions: false,
      engine: false,
      events: [],
      ...change,
    };
    for (const listener of this.#listeners) listener(whole);
  }
}
