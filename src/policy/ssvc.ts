import type {Host} from '../model/host.ts';

export const ssvcDecisions = ['act', 'attend', 'track'] as const;
export type SsvcDecision = (typeof ssvcDecisions)[number];
export type Ssvc = {decision: SsvcDecision; path: string[]};

type Exploitation = 'none' | 'poc' | 'active';
type Mission = 'low' | 'medium' | 'high';

export type SsvcInputs = {
  /** Undefined: not known. `poc`: likely enough that somebody has what it takes. */
  exploitation: Exploitation | undefined;
  /** Whether it spreads by itself, and whether it gives everything away. */
  automatable: boolean | undefined;
  total: boolean | undefined;
  hosts: readonly Host[];
};

/** From here on EPSS counts as a sign that an exploit exists: one in ten is exploited within a month. */
export const likelyEpss = 0.1;

/**
 * CISA's SSVC tree ("Stakeholder-Specific Vulnerability Categorization Guide", 2022), its "Track*" being a "track". What is not known is
 * taken for the middle; a "track" that something unknown could turn into more is an "attend": missing never ranks low.
 */
export const decideSsvc = (inputs: SsvcInputs): Ssvc => {
  const {exploitation, automatable, total} = inputs;
  const mission = missionOf(inputs.hosts);
  const middle = tree(exploitation ?? 'poc', automatable ?? true, total ?? true, mission.value ?? 'medium');
  const worst = tree(exploitation ?? 'active', automatable ?? true, total ?? true, mission.value ?? 'high');
  const raised = middle === 'track' && worst !== 'track';
  const path = [
    `exploitation ${exploitation ?? 'unknown'}`,
    `automatable ${automatable === undefined ? 'unknown' : automatable ? 'yes' : 'no'}`,
    `technical impact ${total === undefined ? 'unknown' : total ? 'total' : 'partial'}`,
    `mission and well-being ${mission.value ?? 'unknown'}${mission.why === '' ? '' : ` (${mission.why})`}`,
    ...(raised ? ['track, raised to attend by what is unknown'] : []),
  ];
  return {decision: raised ? 'attend' : middle, path};
};

/** Nothing is known of a hole in it. */
export const noHole: Ssvc = {decision: 'track', path: ['closes no known hole']};

const tree = (
  exploitation: Exploitation,
  automatable: boolean,
  total: boolean,
  mission: Mission,
): SsvcDecision => {
  if (exploitation !== 'active')
    return mission === 'high' && (automatable || (total && exploitation === 'poc')) ? 'attend' : 'track';
  if (mission === 'high') return automatable || total ? 'act' : 'attend';
  if (mission === 'medium') return automatable && total ? 'act' : automatable || total ? 'attend' : 'track';
  return automatable ? 'attend' : 'track';
};

/** What hangs on the hosts, by the worst of them as the inventory states it. */
const missionOf = (hosts: readonly Host[]): {value: Mission | undefined; why: string} => {
  const one = (is: (host: Host) => boolean): string | undefined => hosts.find(is)?.name;
  const critical = one(host => host.criticality === 'critical');
  if (critical !== undefined) return {value: 'high', why: `${critical} is critical`};
  const regulated = one(host => host.data === 'regulated');
  if (regulated !== undefined) return {value: 'high', why: `${regulated} has regulated data`};
  const facing = one(host => host.exposure === 'internet' && host.criticality === 'high');
  if (facing !== undefined) return {value: 'high', why: `${facing} is important and faces the internet`};
  if (hosts.length === 0 || hosts.some(mayBeHigh)) return {value: undefined, why: ''};
  const isLow = hosts.every(host => host.criticality === 'low' && host.exposure !== 'internet');
  // Facing the internet would make it medium.
  if (isLow && hosts.some(host => host.exposure === undefined)) return {value: undefined, why: ''};
  return {value: isLow ? 'low' : 'medium', why: ''};
};

/** What the inventory does not state could raise it to high. */
const mayBeHigh = ({criticality, data, exposure}: Host): boolean =>
  criticality === undefined || data === undefined || (exposure === undefined && criticality === 'high');
