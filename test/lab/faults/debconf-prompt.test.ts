import {describe, expect, it} from 'vitest';
import {oneHostForEach} from '../one-host.ts';
import {versionOn} from '../run-patchdeck.ts';

const here = oneHostForEach();
const {done, inside, outdated, planned} = here;

describe('what packages ask while they are upgraded is answered by itself', () => {
  it('a question of debconf gets its default, and nothing waits for a person', async () => {
    await outdated('pdlab-prompt');
    await planned('pdlab-prompt');
    await done('test', '--yes');
    expect(await versionOn(here.lab, 'lab4', 'pdlab-prompt')).toBe('2.0');
    expect(await inside('lab4', 'cat /etc/pdlab-prompt.answer')).toBe('new');
  });
});
