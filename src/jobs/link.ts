import {badAnswer} from '../model/answer.ts';
import {PatchdeckError} from '../model/error.ts';
import type {Host} from '../model/host.ts';
import type {Asker} from '../model/question.ts';
import type {Reach} from '../model/reach.ts';
import type {Probe} from '../model/script.ts';
import type {RunOptions, Session, Transport} from '../ssh/session.ts';

/** The one connection a host has during a stage, opened when first needed and again when it was lost. */
export type Link = {
  readonly host: Host;
  /** `SHA256:...` of the host key of its newest connection. */
  readonly hostKey?: string | undefined;
  /** How its newest connection goes. */
  readonly reach?: Reach | undefined;
  /** A person gave a code for its newest connection that serves once. */
  readonly byCode?: boolean | undefined;
  /** Asks a probe. Throws what the transport throws, and `host.script-failed` or `host.lost` when there is no whole answer. */
  ask<Args, Answer>(probe: Probe<Args, Answer>, args: Args, options?: RunOptions): Promise<Answer>;
  close(): void;
};

export const createLink = (
  host: Host,
  transport: Pick<Transport, 'open'>,
  asker: Asker,
  signal: AbortSignal,
): Link => {
  let session: Promise<Session> | undefined;
  let hostKey: string | undefined;
  let reach: Reach | undefined;
  let newest: Session | undefined;
  /** Given up because an answer did not come in time; others may still wait for theirs on them. */
  const givenUp = new Set<Session>();
  const connected = async (): Promise<Session> => {
    const known = session;
    const current = await known?.catch(() => undefined);
    if (current?.open === true) return current;
    // Who asks at the same time shares the new connection.
    if (session === undefined || session === known) session = transport.open(host, asker, signal);
    return session;
  };
  return {
    host,
    get hostKey() {
      return hostKey;
    },
    get reach() {
      return reach;
    },
    get byCode() {
      return newest?.byCode;
    },
    ask: async (probe, args, options) => {
      const script = probe.script(args);
      const mine = await connected();
      ({hostKey, reach} = mine);
      newest = mine;
      const answer = await mine.run(script, {signal, ...options}).catch(async (error: unknown) => {
        // A link that is gone without a word looks open for as long as nobody is told: the next question gets another one.
        if (error instanceof PatchdeckError && silent.has(error.code) && (await session) === mine) {
          givenUp.add(mine);
          session = undefined;
        }
        throw error;
      });
      if (answer.exit === 'lost' || 'signal' in answer.exit) {
        throw new PatchdeckError(
          'outside',
          'host.lost',
          `the connection to ${host.name} was lost during ${script.verb}; what it came to is unknown`,
          'it is asked again when it is back',
        );
      }
      if (answer.exit.code !== 0) throw scriptFailed(host, script.verb, answer.exit.code, answer.stderr);
      try {
        return probe.parse(answer.stdout);
      } catch (error) {
        throw error instanceof PatchdeckError
          ? error
          : badAnswer(script.verb, 'it is not of the agreed form', error);
      }
    },
    close: () => {
      void session?.then(
        open => open.close(),
        () => undefined,
      );
      session = undefined;
      for (const old of givenUp) old.close();
      givenUp.clear();
    },
  };
};

/** Nothing came in time. */
const silent: ReadonlySet<string> = new Set(['host.deadline', 'ssh.shell']);

const scriptFailed = (host: Host, verb: string, code: number, stderr: string): PatchdeckError => {
  const said = stderr.trim().split('\n').at(-1) ?? '';
  return new PatchdeckError(
    'outside',
    'host.script-failed',
    `${verb} on ${host.name} ended with ${code}${said === '' ? '' : ` (${said.slice(0, 160)})`}; nothing was taken from it`,
    'look at the host by hand, then try again',
  );
};
