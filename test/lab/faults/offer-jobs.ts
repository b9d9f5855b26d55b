import {appendFile, readFile} from 'node:fs/promises';
import {z} from 'zod';
import {startJob} from '../../../src/jobs/job-scripts.ts';
import {jobSchema} from '../../../src/model/job.ts';
import {defineScript} from '../../../src/model/script.ts';
import {openLab} from '../lab.ts';

/** `offer-jobs.ts LAB JOBS SAID SEED`: a console that offers each of the jobs to lab4, eight at a time, in an order of its own. To be killed. */
const [dir = '', list = '', said = '', seed = '0'] = process.argv.slice(2);
const lab = openLab(dir);
const jobs = z.array(jobSchema).parse(JSON.parse(await readFile(list, 'utf8')));
const order = jobs
  .map((job, index) => ({job, at: (index * 7919 + Number(seed) * 104_729) % 1009}))
  .sort((a, b) => a.at - b.at)
  .map(({job}) => job);
const offer = async (): Promise<void> => {
  for (let job = order.pop(); job !== undefined; job = order.pop()) {
    const payload = defineScript('test.count', {id: job.id}, 'echo "$1" >> /root/counted', {root: true});
    const input = startJob.script({
      job,
      payload,
      by: 'tester',
      run: {id: '20261124-0233-1a2b', epoch: 1, token: ''},
    }).text;
    const {code, stdout, stderr} = await lab.shell('lab4', '/bin/sh -s', {input, timeoutMs: 60_000});
    if (code !== 0) throw new Error(`it ended with ${String(code)}: ${stderr}`);
    await appendFile(said, `${startJob.parse(Buffer.from(stdout)).outcome} ${job.id}\n`);
  }
};
await Promise.all(Array.from({length: 8}, offer));
