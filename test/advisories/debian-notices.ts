import {readFile} from 'node:fs/promises';

/** A notice of the Debian security team. */
export type Notice = {
  id: string;
  day: string;
  source: string;
  cves: string[];
  codename: string;
  fixed: string;
};

/** An excerpt of Debian's own list of its notices (data/DSA/list of the security tracker, March 2023), as it was published. */
export const debianNotices = async (): Promise<Notice[]> => {
  const text = await readFile(new URL('fixtures/dsa-list-2023-03-excerpt.txt', import.meta.url), 'utf8');
  const notices: Notice[] = [];
  for (const block of text.split(/^(?=\[)/m)) {
    const head = /^\[(.+?)\] (\S+) (\S+) - /.exec(block);
    const release = /^\t\[(\S+)\] - \S+ (\S+)$/m.exec(block);
    if (head === null || release === null) continue;
    const [, date = '', id = '', source = ''] = head;
    const [, codename = '', fixed = ''] = release;
    const day = new Date(`${date} UTC`).toISOString().slice(0, 10);
    notices.push({id, day, source, cves: block.match(/CVE-\d+-\d+/g) ?? [], codename, fixed});
  }
  return notices;
};

/** The same facts in the form of the tracker's data, with what it says of openssl that was open and never affected then. */
export const trackerDocument = (notices: readonly Notice[]): string => {
  const sources: Record<string, Record<string, unknown>> = {};
  for (const {source, cves, codename, fixed} of notices) {
    for (const cve of cves) {
      const releases = {[codename]: {status: 'resolved', fixed_version: fixed, urgency: 'not yet assigned'}};
      (sources[source] ??= {})[cve] = {scope: 'local', releases};
    }
  }
  return JSON.stringify(sources);
};

/** The same facts as OSV has them. */
export const osvDocument = ({id, day, source, cves, fixed}: Notice): Record<string, unknown> => ({
  id,
  published: `${day}T00:00:00Z`,
  modified: `${day}T00:00:00Z`,
  upstream: cves,
  affected: [
    {
      package: {ecosystem: 'Debian:11', name: source},
      ranges: [{type: 'ECOSYSTEM', events: [{introduced: '0'}, {fixed}]}],
    },
  ],
});
