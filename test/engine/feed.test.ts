import {afterEach, beforeEach, expect, it, vi} from 'vitest';
import {createFeed} from '../../src/engine/feed.ts';
import type {EngineChange} from '../../src/engine/interface.ts';
import {eventsOf} from '../record/example-events.ts';

// Only the clock is made: batches are about time.
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const [event] = eventsOf([{type: 'run.paused', data: {reason: 'a look'}}]);

it('hands out what came within a tenth of a second as one batch, events in order and each host once', () => {
  const feed = createFeed();
  const batches: EngineChange[] = [];
  feed.subscribe(change => batches.push(change));
  if (event === undefined) throw new Error('no event');
  feed.event(event, {run: false, hosts: ['web1']});
  feed.event(event, {run: true, hosts: ['web1']});
  feed.mark('signals');
  expect(batches).toEqual([]);
  vi.advanceTimersByTime(100);
  expect(batches).toEqual([
    {run: true, hosts: ['web1'], signals: true, questions: false, engine: false, events: [event, event]},
  ]);
  vi.advanceTimersByTime(1000);
  expect(batches).toHaveLength(1);
});

it('hands out at once when flushed, and nothing to who has left', () => {
  const feed = createFeed();
  const batches: EngineChange[] = [];
  const leave = feed.subscribe(change => batches.push(change));
  feed.mark('engine');
  feed.flush();
  expect(batches).toHaveLength(1);
  leave();
  feed.mark('engine');
  feed.flush();
  expect(batches).toHaveLength(1);
});
