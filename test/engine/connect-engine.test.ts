import {createServer, type AddressInfo} from 'node:net';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest';
import {connectEngine} from '../../src/engine/connect-engine.ts';
import type {Engine, EngineChange} from '../../src/engine/interface.ts';
import type {EngineSettings} from '../../src/engine/settings.ts';
import {defaultFollowLimits} from '../../src/jobs/follow.ts';
import {PatchdeckError} from '../../src/model/error.ts';
import {defaultRolloutLimits} from '../../src/rollout/context.ts';
import {host} from '../policy/example-fleet.ts';
import {rejection, until} from '../store/example-run.ts';

let folder: string;
let closedPort: number;
const engines: Engine[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patchdeck-engine-'));
  const server = createServer();
  closedPort = await new Promise(resolve =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );
  await new Promise(resolve => server.close(resolve));
});
afterEach(async () => {
  await Promise.all(engines.splice(0).map(engine => engine.close().catch(() => undefined)));
});
afterAll(() => rm(folder, {recursive: true, force: true}));

const settings = (changes: Partial<EngineSettings> = {}): EngineSettings => ({
  stateDir: join(folder, 'state'),
  cacheDir: join(folder, 'cache'),
  run: undefined,
  fleet: {
    inventory: {
      fleet: 'shop',
      hosts: [host('web1', {address: '127.0.0.1', port: closedPort, user: 'nobody'})],
      groups: [],
    },
    text: 'fleet: shop\n',
    hosts: ['web1'],
  },
  mode: 'live',
  operator: 'ana',
  ssh: {
    configFile: 'none',
    identityFiles: [],
    knownHostsFiles: [join(folder, 'known_hosts')],
    useAgent: false,
    deadlines: {connectMs: 2000, firstByteMs: 2000, scriptMs: 2000},
  },
  limits: {...defaultFollowLimits, ...defaultRolloutLimits},
  kev: {},
  ...changes,
});
/** As it is shipped: `npm run build` makes it. */
const realWorker = new URL('../../dist/worker-engine.js', import.meta.url);
const scriptedWorker = new URL('./scripted-worker.ts', import.meta.url);
const connect = async (changes: Partial<EngineSettings> = {}, worker = realWorker): Promise<Engine> => {
  const engine = await connectEngine(settings(changes), worker);
  engines.push(engine);
  return engine;
};
const scripted = (scenario: string): Promise<Engine> => connect({operator: scenario}, scriptedWorker);
const changesOf = (engine: Engine): EngineChange[] => {
  const seen: EngineChange[] = [];
  engine.subscribe(change => seen.push(change));
  return seen;
};

describe('an engine in its own thread', () => {
  it('begins a run, sends what happens once, and both threads know the same of it', async () => {
    const engine = await connect();
    const seen = changesOf(engine);
    expect(engine.state()).toMatchObject({run: undefined, busy: false, failed: undefined});
    expect(await engine.submit({type: 'start', stage: 'identify'})).toBe('ok');
    await engine.idle();
    const {run} = engine.state();
    expect(run?.run).toMatchObject({fleet: 'shop', startedBy: 'operator ana'});
    expect(run?.hosts.get('web1')).toMatchObject({unreachable: {code: 'ssh.refused'}});
    const events = seen.flatMap(change => change.events);
    expect(events.map(event => event.seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.map(({type}) => type)).toEqual([
      ...['run.started', 'host.included', 'stage.started', 'host.unreachable', 'stage.ended'],
    ]);
    expect(seen.some(change => change.hosts.includes('web1'))).toBe(true);
  });

  it('gives refusals as answers, and says what opens the gate', async () => {
    const engine = await connect();
    expect(await engine.submit({type: 'start', stage: 'deploy'})).toMatchObject({code: 'run.none'});
    await engine.submit({type: 'start', stage: 'identify'});
    await engine.idle();
    expect(await engine.submit({type: 'start', stage: 'prioritize'})).toMatchObject({
      code: 'gate.identify',
      next: expect.stringContaining('--leave-out HOST') as string,
    });
    expect(await engine.submit({type: 'retry', hosts: ['web9']})).toMatchObject({code: 'host.unknown'});
  });

  it('reads files of the run, and errors cross over as they are', async () => {
    const engine = await connect();
    await engine.submit({type: 'start', stage: 'identify'});
    await engine.idle();
    const inventory = engine.state().run?.run.inventory ?? '';
    expect(Buffer.from(await engine.read(inventory)).toString()).toBe('fleet: shop\n');
    expect(await rejection(engine.read('0'.repeat(64)))).toBeInstanceOf(Error);
    expect(await engine.log('web1')).toBe('');
  });

  it('opens a run again with all that is known of it, and not twice at the same time', async () => {
    const first = await connect();
    await first.submit({type: 'start', stage: 'identify'});
    await first.idle();
    const run = first.state().run?.run.id ?? '';
    const held = await rejection(connect({run}));
    expect(held).toBeInstanceOf(PatchdeckError);
    expect(held).toMatchObject({kind: 'busy', code: 'run.held'});
    await first.close();
    const second = await connect({run});
    expect(second.state().run?.run.id).toBe(run);
    expect(second.state().run?.hosts.get('web1')).toMatchObject({unreachable: {code: 'ssh.refused'}});
  });

  it('that is closed answers nobody any more', async () => {
    const engine = await connect();
    await engine.close();
    expect(await rejection(engine.idle())).toBeInstanceOf(Error);
    await engine.close();
  });
});

describe('the other side of the thread', () => {
  it('takes no event twice that came with the run, and none is lost', async () => {
    const engine = await scripted('sends events that came with the run');
    await until('the batch is there', () => engine.state().signals.size === 1);
    expect(engine.state().run?.run.seq).toBe(4);
    expect(engine.state().run?.hosts.get('web1')).toMatchObject({phase: 'installing'});
    expect(engine.state().run?.hosts.get('web1')?.jobs).toHaveLength(1);
    expect(engine.state()).toMatchObject({busy: true, notices: ['a notice']});
  });

  it('gives each its own answer, in whatever order they come', async () => {
    const engine = await scripted('answers last first');
    expect(await Promise.all([engine.log('web1'), engine.log('web2')])).toEqual([
      'the log of web1',
      'the log of web2',
    ]);
  });

  it('says that the engine stopped when its thread dies: whoever waits is told, and nothing hangs', async () => {
    const engine = await scripted('dies when asked');
    const seen = changesOf(engine);
    const asked = await Promise.allSettled([engine.idle(), engine.log('web1')]);
    expect(asked.map(({status}) => status)).toEqual(['rejected', 'rejected']);
    expect(engine.state()).toMatchObject({
      busy: false,
      failed: 'the engine stopped: a bug; hosts at work finish by themselves, open patchdeck again',
    });
    expect(seen.at(-1)).toMatchObject({engine: true});
    expect(String(await rejection(engine.submit({type: 'resume'})))).toContain('the engine stopped: a bug');
    await engine.close();
  });

  it('fails to open when the thread dies at once', async () => {
    expect(String(await rejection(scripted('dies at once')))).toContain('no memory');
  });

  it('ends the thread also when it could not close well, and says why', async () => {
    const engine = await scripted('cannot close');
    expect(await rejection(engine.close())).toMatchObject({code: 'store.disk-full'});
    expect(await rejection(engine.idle())).toBeInstanceOf(Error);
  });

  it('believes no answer of another kind', async () => {
    const engine = await scripted('talks nonsense');
    expect(String(await rejection(engine.read('x')))).toContain('something else');
    expect(String(await rejection(engine.log('x')))).toContain('something else');
    expect(String(await rejection(engine.submit({type: 'resume'})))).toContain('something else');
  });
});
