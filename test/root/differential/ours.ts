import {describeError, PatchdeckError} from '../../../src/model/error.ts';
import type {Host} from '../../../src/model/host.ts';
import {defineScript} from '../../../src/model/script.ts';
import {resolveTarget} from '../../../src/ssh/resolve.ts';
import {createSshConfigReader} from '../../../src/ssh/ssh-config-reader.ts';
import {createTransport, type SshSettings} from '../../../src/ssh/transport.ts';
import type {Outcome, Verdict} from './outcome.ts';
import type {Asked} from './rows.ts';

/** What patchdeck does, with nobody there to answer; `forced`: by ssh2 alone. */
export const askOurs = async (configFile: string, asked: Asked, forced: boolean): Promise<Outcome> => {
  const settings: SshSettings = {
    configFile,
    identityFiles: [],
    knownHostsFiles: [],
    useAgent: true,
    deadlines: {connectMs: 20_000, firstByteMs: 20_000, scriptMs: 20_000},
  };
  const host: Host = {
    name: asked.host,
    address: asked.host,
    ...(asked.user === undefined ? {} : {user: asked.user}),
    ...(asked.port === undefined ? {} : {port: asked.port}),
    ...(forced ? {transport: 'ssh2' as const} : {}),
    ...{become: 'none', groups: [], canary: false, wave: 1, oneAtATime: [], tags: [], smoke: []},
  };
  const transport = createTransport(settings);
  let hops: string[] = [];
  try {
    const target = await resolveTarget(host, settings, createSshConfigReader());
    hops = [...target.jumps, target].map(hop => `${hop.user}@${hop.address.toLowerCase()}:${hop.port}`);
    const session = await transport.open(host, () => Promise.resolve(null), new AbortController().signal);
    const {stdout} = await session.run(defineScript('test.who', {}, 'id -un', {root: false}));
    session.close();
    // Who we are there is what the host says, not what was asked for.
    hops = hops.with(-1, hops.at(-1)?.replace(/^[^@]*/, Buffer.from(stdout).toString().trim()) ?? '');
    const by = session.reach?.transport ?? '';
    return {hops, fingerprint: session.hostKey, verdict: 'in', by, said: session.reach?.because ?? ''};
  } catch (error) {
    const code = error instanceof PatchdeckError ? error.code : '';
    const next = error instanceof PatchdeckError ? `; ${error.next}` : '';
    const said = `${code}: ${describeError(error)}${next}`;
    return {hops, fingerprint: undefined, verdict: verdicts.get(code) ?? 'other', said};
  } finally {
    await transport.close();
  }
};

const verdicts: ReadonlyMap<string, Verdict> = new Map<string, Verdict>([
  ['ssh.host-key-unknown', 'unknown key'],
  ['ssh.host-key-changed', 'changed key'],
  ['ssh.host-key-revoked', 'revoked key'],
  ['ssh.authentication', 'not let in'],
  ['ssh.refused', 'not reached'],
  ['ssh.unreachable', 'not reached'],
  ['ssh.unresolved', 'no such name'],
  ['ssh.no-common-algorithm', 'nothing in common'],
  ['ssh.unsupported', 'needs more than ssh2'],
]);
