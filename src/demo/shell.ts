import type {ServerChannel} from 'ssh2';
import type {DemoHost} from './host.ts';
import {durationOf, runScript} from './run-script.ts';
import {createShellInput, readCommand} from './shell-protocol.ts';

/** Answers the shell of one script, over some time. Nothing is executed. */
export const answerCommand = (
  channel: ServerChannel,
  command: string,
  {host, now}: {host: DemoHost; now: () => number},
): void => {
  channel.on('error', () => undefined);
  const nonce = readCommand(command);
  if (nonce === undefined) {
    end(channel, {code: 127, stderr: 'this is a host of the demo fleet: it answers patchdeck only\n'});
    return;
  }
  const input = createShellInput(nonce);
  let timer: NodeJS.Timeout | undefined;
  channel.once('close', () => clearTimeout(timer));
  const answer = (script: string): void => {
    const {stdout, stderr, code} = runScript(host, script, now());
    end(channel, {code: 0, stdout: `${stdout}\nEND-${nonce} ${code}\n`, stderr});
  };
  channel.on('data', (chunk: Buffer) => {
    input.push(chunk);
    const script = timer === undefined ? input.script() : undefined;
    if (script === undefined) return;
    channel.write(`BEGIN-${nonce}\n`);
    timer = setTimeout(() => answer(script), durationOf(host, script));
  });
  channel.once('end', () => {
    if (timer === undefined)
      end(channel, {code: 2, stderr: '/bin/sh: Syntax error: end of file unexpected\n'});
  });
  channel.write(`READY-${nonce}\n`);
};

/** Says the last words. A channel whose connection broke has ended by itself: nobody hears them. */
const end = (channel: ServerChannel, said: {code: number; stdout?: string; stderr: string}): void => {
  if (!channel.writable || !channel.stderr.writable) return;
  // An empty write would never be done with.
  if (said.stderr !== '') channel.stderr.write(said.stderr);
  if (said.stdout !== undefined) channel.write(said.stdout);
  channel.exit(said.code);
  channel.end();
};
