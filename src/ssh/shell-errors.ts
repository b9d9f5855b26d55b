import {cleanLine} from '../model/clean.ts';
import {PatchdeckError} from '../model/error.ts';
import type {Host} from '../model/host.ts';
import type {Exit, Script} from '../model/script.ts';

export const noShell = (host: Host, what: string, noise: string, stderr: Buffer): PatchdeckError => {
  const said = cleanLine(`${noise} ${stderr.toString('utf8')}`.slice(-400), 160);
  return new PatchdeckError(
    'outside',
    'ssh.shell',
    `the login shell of ${host.name} ${what}${said === '' ? '' : ` (it said "${said}")`}; nothing was run there`,
    `see that \`ssh ${host.name} true\` works, and that the user has a usable login shell and quiet start-up files`,
  );
};

export const lostBefore = (host: Host, script: Script): PatchdeckError =>
  new PatchdeckError(
    'outside',
    'ssh.closed',
    `the connection to ${host.name} was lost before ${script.verb} was sent; it was not run`,
    'it is tried again when the host is back',
  );

export const tooLate = (host: Host, script: Script, ms: number): PatchdeckError =>
  new PatchdeckError(
    'outside',
    'host.deadline',
    `${script.verb} on ${host.name} took longer than ${ms / 1000} s; it may still run there and what it comes to is unknown`,
    'see what keeps the host busy, then try again',
  );

export const tooMuch = (host: Host, script: Script, maxBytes: number): PatchdeckError =>
  new PatchdeckError(
    'outside',
    'host.too-much-output',
    `${script.verb} on ${host.name} gave more than ${maxBytes} bytes; it was broken off there and nothing was taken from it`,
    'look at the host by hand: a sane host answers in far less',
  );

export const describeExit = (exit: Exit): string =>
  exit === 'lost' ? 'nothing' : 'code' in exit ? `code ${exit.code}` : exit.signal;
