import {spawn} from 'node:child_process';
import {test} from 'vitest';
import {consoleOnARun, minute} from '../e2e/console-on-a-run.ts';

const here = consoleOnARun();

test(
  'a command whose output nobody reads any more (a closed pipe) does its work to the end',
  async () => {
    for (const {host} of here.fleet.hosts.values()) Object.assign(host, {speed: 400});
    const words = here
      .args('test', '--yes', '--json')
      .map(word => `'${word}'`)
      .join(' ');
    const piped = spawn('sh', ['-c', `node ${words} 2>/dev/null | head -n 1`], {stdio: 'ignore'});
    await new Promise(resolve => piped.once('close', resolve));
    await here.sameAgain();
  },
  3 * minute,
);
