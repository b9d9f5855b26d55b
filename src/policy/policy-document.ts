import type {Policy} from '../model/policy.ts';
import {cleanLine} from '../model/clean.ts';

/** A policy as a document for people, in Markdown: what it says in sentences. */
export const policyDocument = (policy: Policy, file: string, digest: string): string =>
  [
    `# ${cleanLine(policy.policy)}`,
    '',
    `From ${cleanLine(file, 300)}, sha256 ${digest}.`,
    '',
    '## How hosts are scanned',
    ...scanLines(policy),
    '',
    '## What is patched',
    ...selectLines(policy),
    '',
    '## When',
    ...routeLines(policy),
    '',
    '## By when at the latest',
    ...deadlineLines(policy),
    '',
    '## Who says yes',
    ...approvalLines(policy),
    '',
    '## How much at once',
    ...effortLines(policy),
    '',
    '## Exceptions',
    ...exceptionLines(policy),
  ].join('\n');

const scanLines = ({scan: {shallow}}: Policy): string[] =>
  shallow === undefined
    ? ['- All whole: lists are refreshed, and what is kept back is looked at.']
    : [
        `- Those of low risk shallowly: of criticality ${upTo(shallow.criticality, 'low')}, and ${shallow.exposure === 'isolated' ? 'isolated' : 'isolated or internal'}, both stated in the inventory. Their lists are taken as they are, and nothing is planned there before a whole scan.`,
        '- All others whole.',
      ];

const upTo = (level: string, least: string): string => (level === least ? level : `${least} or ${level}`);

const selectLines = ({select}: Policy): string[] => [
  `- ${select.security ? 'Updates that close a security hole, and those of which that is not known.' : 'Every pending update.'}`,
  ...(select.packages === undefined ? [] : [`- Of these only ${list(select.packages)}.`]),
  ...(select.minScore === undefined
    ? []
    : [`- With a score of at least ${select.minScore}; what has no score stays in.`]),
  ...(select.ssvc === undefined
    ? []
    : [`- Which SSVC decides to ${select.ssvc}${select.ssvc === 'act' ? '' : ', or more'}.`]),
  ...(select.exclude.length === 0 ? [] : [`- Never ${list(select.exclude)}.`]),
];

const routeLines = ({actNow, window, outsideWindow}: Policy): string[] => {
  const reasons = [
    ...(actNow.exploited ? ['it closes a hole that is known to be exploited'] : []),
    `SSVC decides to ${actNow.ssvc}${actNow.ssvc === 'act' ? '' : ', or more'}`,
    ...(actNow.severity === undefined
      ? []
      : [`its severity is ${actNow.severity}${actNow.severity === 'critical' ? '' : ' or worse'}`]),
    ...(actNow.minScore === undefined ? [] : [`its score is ${actNow.minScore} or more`]),
  ];
  return [
    `- Now, when ${reasons.join(', or ')}.`,
    ...(window === undefined
      ? ['- The rest when somebody plans it (--route window): no window is set.']
      : [
          `- The rest in the next window: ${window.map(({text}) => cleanLine(text, 200)).join('; ')}.`,
          outsideWindow === 'refuse'
            ? '- While no window is open, the rest is not planned.'
            : '- It may be planned before; how long it is until the window opens is said.',
        ]),
  ];
};

const deadlineLines = ({deadlines}: Policy): string[] => {
  const found = Object.entries(deadlines).filter(([, allowed]) => allowed !== undefined);
  if (found.length === 0) return ['- No deadline is set.'];
  return found.map(
    ([level, allowed]) =>
      `- ${level === 'exploited' ? 'Exploited' : `Severity ${level}`}: ${allowed} days${level === 'exploited' ? ', or the day that CISA sets when that is earlier' : ''}.`,
  );
};

const approvalLines = ({approve}: Policy): string[] =>
  approve === undefined
    ? ['- Nobody has to: what the policy selects is planned. Test and deploy have gates of their own.']
    : [
        `- Nobody, when the severity is known and ${approve.severity === 'critical' ? 'whatever it is' : `no worse than ${approve.severity}`}${approve.maxHosts === undefined ? '' : `, on at most ${approve.maxHosts} hosts`}${approve.reboots ? '' : ', and no reboot is needed'}.`,
        '- Else a person, by name (--approved-by NAME).',
      ];

const effortLines = ({effort}: Policy): string[] => [
  `- ${effort.maxHosts === undefined ? 'As many hosts as it takes' : `At most ${effort.maxHosts} hosts; what matters most goes first`}.`,
  `- ${effort.reboots === 'never' ? 'No reboots: kernels wait.' : 'Reboots where they are needed.'}`,
];

const exceptionLines = ({exceptions}: Policy): string[] =>
  exceptions.length === 0
    ? ['- None.']
    : exceptions.map(item =>
        cleanLine(
          `- ${item.cve ?? item.package ?? ''}: ${item.reason} Meanwhile: ${item.mitigation} Until ${item.expires}; ${item.owner} answers for it.`,
          1200,
        ),
      );

const list = (globs: readonly string[]): string => globs.map(glob => cleanLine(glob, 80)).join(', ');
