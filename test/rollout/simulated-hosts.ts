import {createHost} from '../../src/demo/create-host.ts';
import {advance, isReachable, type DemoHost} from '../../src/demo/host.ts';
import {seededRandom} from '../../src/demo/random.ts';
import {runScript} from '../../src/demo/run-script.ts';
import {fleet, type Story} from '../../src/demo/world/fleet.ts';
import {apt} from '../../src/managers/apt/apt.ts';
import type {Manager} from '../../src/managers/manager.ts';
import {createLink, type Link} from '../../src/jobs/link.ts';
import {PatchdeckError} from '../../src/model/error.ts';
import type {Host} from '../../src/model/host.ts';
import {defineScript, type Script} from '../../src/model/script.ts';
import {scanSchema} from '../../src/model/scan.ts';
import {groupPatches} from '../../src/policy/group.ts';
import type {Body} from '../../src/record/event.ts';
import {readDocument, type RolloutLimits} from '../../src/rollout/context.ts';
import type {Session, Transport} from '../../src/ssh/session.ts';
import {identify} from '../../src/stages/identify.ts';
import {lockPlan} from '../../src/stages/lock-plan.ts';
import {createVirtualClock} from '../faults/virtual-clock.ts';
import {host as statedHost} from '../policy/example-fleet.ts';
import {createMemoryContext, type MemoryContext} from './memory-context.ts';
import {
  answerSecond,
  besideOf,
  carryOutSecond,
  newSecondState,
  second,
  third,
  type SecondState,
} from './second-manager.ts';

/** What becomes of an answer: another text, or what is thrown. `n` counts from 1. */
type Change = (answer: string, n: number) => string;

/** Hosts whose packages and services change with what is done to them, on a context in memory. */
export type World = {
  readonly context: MemoryContext;
  readonly hosts: ReadonlyMap<string, DemoHost>;
  /** Every script that a host answered or was to answer, in order: `web1 apt.installed`. */
  readonly asked: string[];
  /** Changes what a host answers to a verb, or throws in its place. */
  on(host: string, verb: string, change: Change): void;
  /** The next question of this verb never reaches the host. */
  lose(host: string, verb: string): void;
  host(name: string): DemoHost;
  /** What of a host its second manager has. */
  second(name: string): SecondState;
  third(name: string): SecondState;
};

type Options = {
  limits?: Partial<RolloutLimits>;
  beforeRecord?: (body: Body) => void;
  /** What is peculiar about a host, by name. */
  stories?: Record<string, Story>;
  held?: Record<string, string[]>;
  /** Hosts that have a second manager beside apt. */
  beside?: readonly string[];
  /** Those of them that have a third. */
  alsoBeside?: readonly string[];
  /** All of those, where one is other than usual. */
  managers?: readonly Manager[];
};

/** `hosts`: by name, what the inventory says of each. All are the demo's api servers of Debian 12. */
export const createWorld = (
  hosts: Record<string, Partial<Host>>,
  {stories = {}, held = {}, beside = [], alsoBeside = [], ...options}: Options = {},
): World => {
  const clock = createVirtualClock(Date.parse('2026-11-24T03:00:00Z'));
  const changes = new Map<string, {change: Change; times: number}>();
  const lost = new Set<string>();
  const asked: string[] = [];
  const demo = new Map(
    Object.keys(hosts).map((name, index) => {
      const spec = fleet.find(item => item.name === 'api2');
      if (spec === undefined) throw new Error('the demo has no api2');
      const random = seededRandom(50 + index);
      const own = {...spec, name, story: stories[name] ?? {}, held: held[name] ?? []};
      return [name, createHost(own, {now: clock.now(), speed: 20, random})] as const;
    }),
  );
  const besides = new Map(
    beside.map(name => [
      name,
      {second: newSecondState(), ...(alsoBeside.includes(name) ? {third: newSecondState('app')} : {})},
    ]),
  );
  const stateOf = (name: string, word: 'second' | 'third'): SecondState => {
    const found = besides.get(name)?.[word];
    if (found === undefined) throw new Error(`${name} has no ${word} manager`);
    return found;
  };
  const hostNamed = (name: string): DemoHost => {
    const found = demo.get(name);
    if (found === undefined) throw new Error(`no host ${name}`);
    advance(found, clock.now());
    return found;
  };
  const reply = (name: string, script: Script): ReturnType<typeof runScript> => {
    const own = besides.get(name);
    const stdout = own === undefined ? undefined : answerSecond(own, script.text);
    if (stdout !== undefined) return {stdout, stderr: '', code: 0};
    const payload = script.args['payloadVerb'];
    const word = besideOf(String(payload));
    const state = word === undefined ? undefined : own?.[word];
    // The host runs a job that lasts a moment, whatever it is.
    const sent =
      state !== undefined
        ? {...script.args, payloadVerb: 'host.restart-units', payloadArgs: '{"units":["cron.service"]}'}
        : undefined;
    const text = sent === undefined ? script.text : defineScript(script.verb, sent, ':', {root: true}).text;
    const answer = runScript(hostNamed(name), text, clock.now());
    if (state !== undefined && answer.stdout.includes('started'))
      carryOutSecond(state, String(payload), String(script.args['payloadArgs']));
    const found = own !== undefined && script.verb === 'host.facts';
    return found
      ? {
          ...answer,
          stdout: answer.stdout.replace(
            '@@ managers\napt\n',
            `@@ managers\napt\ndnf4\n${own.third === undefined ? '' : 'apk\n'}`,
          ),
        }
      : answer;
  };
  const sessionTo = (host: Host): Session => {
    let open = true;
    return {
      host,
      hostKey: `SHA256:${host.name}`,
      get open() {
        return open && isReachable(hostNamed(host.name), clock.now());
      },
      run: async script => {
        await clock.sleep(10);
        asked.push(`${host.name} ${script.verb}`);
        if (lost.delete(`${host.name} ${script.verb}`)) throw linkFault('ssh.timeout');
        if (!isReachable(hostNamed(host.name), clock.now())) throw linkFault('ssh.refused');
        const changed = changes.get(`${host.name} ${script.verb}`);
        const before = changed === undefined ? undefined : (changed.times += 1);
        const {stdout, stderr, code} = reply(host.name, script);
        const text = before === undefined ? stdout : (changed?.change(stdout, before) ?? stdout);
        return {exit: {code}, stdout: Buffer.from(text), stderr};
      },
      close: () => {
        open = false;
      },
    };
  };
  const transport: Transport = {
    open: async host => {
      await clock.sleep(5);
      if (!isReachable(hostNamed(host.name), clock.now())) throw linkFault('ssh.refused');
      return sessionTo(host);
    },
    close: () => Promise.resolve(),
  };
  const links = new Map<string, Link>();
  const stated = Object.entries(hosts).map(([name, host]) => statedHost(name, host));
  const context = createMemoryContext({
    hosts: stated,
    clock,
    managers: [apt, second, third],
    ...options,
    link: name => {
      const host = stated.find(item => item.name === name);
      if (host === undefined) throw new Error(`no host ${name}`);
      const link =
        links.get(name) ?? createLink(host, transport, () => Promise.resolve(null), context.closing);
      links.set(name, link);
      return link;
    },
  });
  return {
    context,
    hosts: demo,
    asked,
    host: hostNamed,
    second: name => stateOf(name, 'second'),
    third: name => stateOf(name, 'third'),
    lose: (host, verb) => void lost.add(`${host} ${verb}`),
    on: (host, verb, change) => void changes.set(`${host} ${verb}`, {change, times: 0}),
  };
};

export const linkFault = (code: string): PatchdeckError =>
  new PatchdeckError('outside', code, `it is ${code}`, 'look at it');

/** The hosts are scanned; gives the ids of what is pending anywhere, by source. */
export const scanned = async ({context}: World): Promise<Map<string, string>> => {
  await identify(context, [...context.state().hosts.keys()]);
  const files = [...context.state().hosts.values()].flatMap(({scan}) => scan?.file ?? []);
  const scans = await Promise.all(files.map(file => readDocument(context, file, scanSchema)));
  return new Map(groupPatches(scans).map(({source, id}) => [source, id]));
};

/** The hosts are scanned, and the upgrade of these source packages is locked as the plan; gives its digest. */
export const planned = async (
  world: World,
  sources: readonly string[] = ['openssl'],
  reboot: 'never' | 'when-needed' = 'never',
): Promise<string> => {
  const ids = await scanned(world);
  const chosen = sources.map(source => {
    const id = ids.get(source);
    if (id === undefined)
      throw new Error(`nothing of ${source} is pending, only ${[...ids.keys()].join(', ')}`);
    return id;
  });
  await world.context.record({type: 'patches.chosen', data: {patches: chosen, chosen: true}});
  await lockPlan(world.context, {chosen: new Set(chosen), reboot, blocked: new Map()}, 'test');
  return world.context.state().run.plan?.digest ?? '';
};
