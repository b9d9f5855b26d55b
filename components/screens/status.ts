import type {Phase} from '../../src/model/phase.ts';
import type {HostRecord} from '../../src/record/state.ts';
import type {ConsoleState} from '../console-state.ts';
import {pad} from '../display-width.ts';
import type {Span} from '../span.ts';
import type {Glyphs, Tone} from '../theme.ts';

/** Glyph, word and tone: a status never depends on one of them alone. */
export type Status = {glyph: keyof Glyphs; word: string; tone: Tone};

export const statusSpan = (status: Status, state: ConsoleState): Span => ({
  text: `${pad(state.theme.glyphs[status.glyph], 2, 'left', '')} ${status.word}`,
  tone: status.tone,
});

/** What `identify` knows of a host. */
export const scanStatus = (record: HostRecord, state: ConsoleState): Status => {
  if (record.leftOut !== undefined) return {glyph: 'idle', word: 'left out', tone: 'quiet'};
  if (record.unreachable !== undefined) return {glyph: 'bad', word: 'no answer', tone: 'bad'};
  if (record.scan === undefined) {
    const asking = state.engine.run?.run.stages.identify.status === 'running';
    return asking
      ? {glyph: 'active', word: 'asking', tone: 'active'}
      : {glyph: 'idle', word: 'not asked', tone: 'quiet'};
  }
  if (record.scan.broken > 0) return {glyph: 'bad', word: 'broken', tone: 'bad'};
  if (record.scan.security > 0) return {glyph: 'warn', word: 'exposed', tone: 'warn'};
  if (record.scan.securityUnknown !== undefined) return {glyph: 'warn', word: 'exposed?', tone: 'warn'};
  if (record.scan.updates > 0) return {glyph: 'warn', word: 'behind', tone: 'warn'};
  if (record.scan.depth === 'shallow') return {glyph: 'warn', word: 'shallow', tone: 'warn'};
  // Of lists as they are nobody knows that nothing is pending.
  if (record.scan.limits !== undefined) return {glyph: 'warn', word: 'limited', tone: 'warn'};
  return {glyph: 'ok', word: 'clean', tone: 'good'};
};

/** Where a host is in its rollout. */
export const phaseStatus = (record: HostRecord): Status => {
  if (record.leftOut !== undefined) return {glyph: 'idle', word: 'left out', tone: 'quiet'};
  return {...phaseLooks[record.phase], word: record.phase};
};

/** Work is under way: the host is between queued and a final phase. */
export const isActive = (record: HostRecord): boolean => phaseLooks[record.phase].glyph === 'active';

/** What is to be looked at first: active, then what went wrong, then what is done, then what waits. */
export const urgency = (record: HostRecord): number => {
  if (record.leftOut !== undefined) return 9;
  if (isActive(record)) return 0;
  const place = endings.indexOf(record.phase);
  return place === -1 ? 8 : place + 1;
};

const endings: readonly Phase[] = ['failed', 'unknown', 'rolled back', 'done', 'skipped'];
const active = {glyph: 'active', tone: 'active'} as const;
const phaseLooks: Readonly<Record<Phase, {glyph: keyof Glyphs; tone: Tone}>> = {
  queued: {glyph: 'idle', tone: 'quiet'},
  locked: active,
  checked: active,
  staged: {glyph: 'idle', tone: 'quiet'},
  drained: active,
  installing: active,
  restarting: active,
  rebooting: active,
  checking: active,
  'rolling back': active,
  done: {glyph: 'ok', tone: 'good'},
  failed: {glyph: 'bad', tone: 'bad'},
  unknown: {glyph: 'warn', tone: 'bad'},
  'rolled back': {glyph: 'warn', tone: 'warn'},
  skipped: {glyph: 'idle', tone: 'quiet'},
};
