import type { fsyncPaces } from './fsync-cost.ts';
import { median } from './latencies.ts';
import type { Results } from './results.ts';
import type { SystemName } from './systems.ts';

/** What the relay has to reach, as a measured number and its bound; undefined where something was not measured. */
interface Target {
  readonly text: string;
  measured(results: Results): number | undefined;
  /** At most, unless `least` is set. */
  bound(results: Results): number | undefined;
  readonly least?: boolean;
}

const shortMs = 200;

function figure(results: Results, scenario: string, system: SystemName, name: string): number | undefined {
  const values = results.values(scenario, system, name);
  return values.length === 0 ? undefined : median(values);
}

/** Inkroom's figure, bounded by something. */
function own(scenario: string, name: string) {
  return (results: Results) => figure(results, scenario, 'Inkroom', name);
}

function times(factor: number, scenario: string, system: SystemName, name: string) {
  return (results: Results) => scaled(figure(results, scenario, system, name), factor);
}

function scaled(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : value * factor;
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}

/** One write and fdatasync, as often as edits come in the room that is measured. */
const fsync = (pace: (typeof fsyncPaces)[number], percentile: 'p50' | 'p99') => (results: Results) =>
  figure(results, 'fsync', 'Inkroom', `write and fdatasync, ${pace}: ${percentile}, ms`);
const cpu = 'CPU s per 1,000 deliveries';

const knees: readonly Target[] = (
  [
    ['Hocuspocus', 3],
    ['y-websocket', 10],
  ] as const
).map(([system, factor]) => ({
  text: `everyone types: members with p99 under ${shortMs} ms, at least ${factor} × ${system}`,
  measured: own('knee', 'knee, members'),
  bound: times(factor, 'knee', system, 'knee, members'),
  least: true,
}));

const crowds: readonly Target[] = [10, 100, 400].flatMap((size) => [
  ...(['p50', 'p99'] as const).map((percentile) => ({
    text: `${size} readers: ${percentile}, ms, at most Hocuspocus and one fsync`,
    measured: own('readers', `${size} readers: ${percentile}, ms`),
    bound: (results: Results) =>
      sum(
        figure(results, 'readers', 'Hocuspocus', `${size} readers: ${percentile}, ms`),
        fsync('one each 10 ms', percentile)(results),
      ),
  })),
  {
    text: `${size} readers: ${cpu}, at most Hocuspocus`,
    measured: own('readers', `${size} readers: ${cpu}`),
    bound: times(1, 'readers', 'Hocuspocus', `${size} readers: ${cpu}`),
  },
]);

const storms: readonly Target[] = ['paper', '20 MB'].flatMap((name) => [
  ...['1 joiner', '50 joiners'].map((joiners) => ({
    text: `${name}, ${joiners}: CPU, ms, at most a tenth of Hocuspocus`,
    measured: own('joins', `${name}: ${joiners}: CPU, ms`),
    bound: times(0.1, 'joins', 'Hocuspocus', `${name}: ${joiners}: CPU, ms`),
  })),
  {
    text: `${name}, 50 joiners: RSS growth / document, at most 1.5`,
    measured: own('joins', `${name}: 50 joiners: RSS growth / document`),
    bound: () => 1.5,
  },
  ...['the room', 'another room'].map((where) => ({
    text: `${name}, 50 joiners: p99 of others' edits in ${where}, ms, under 100`,
    measured: own('joins', `${name}: 50 joiners: p99 of others' edits in ${where}, ms`),
    bound: () => 100,
  })),
]);

/** Everything the relay is held against. */
export const targets: readonly Target[] = [
  ...knees,
  ...crowds,
  {
    text: `1,000 readers: ${cpu}, at most 0.6 × Hocuspocus`,
    measured: own('readers', `1000 readers: ${cpu}`),
    bound: times(0.6, 'readers', 'Hocuspocus', `1000 readers: ${cpu}`),
  },
  {
    text: '1,000 readers: p99, ms, under 60',
    measured: own('readers', '1000 readers: p99, ms'),
    bound: () => 60,
  },
  {
    text: 'quiet room: p50, ms, at most bare Socket.IO and one fsync',
    measured: own('readers', 'quiet room: p50, ms'),
    bound: (results) =>
      sum(
        figure(results, 'readers', 'bare Socket.IO', 'quiet room: p50, ms'),
        fsync('one each 100 ms', 'p50')(results),
      ),
  },
  {
    text: `500 rooms of 2: ${cpu}, under y-websocket`,
    measured: own('rooms', cpu),
    bound: times(1, 'rooms', 'y-websocket', cpu),
  },
  {
    text: '500 rooms of 2: p99, ms, under y-websocket',
    measured: own('rooms', 'p99, ms'),
    bound: times(1, 'rooms', 'y-websocket', 'p99, ms'),
  },
  ...storms,
  {
    text: '100 edits behind: bytes / sealed bytes, at most 1.5',
    measured: own('joins', '100 edits behind: bytes / sealed bytes'),
    bound: () => 1.5,
  },
  {
    text: '100,000 stored documents: RSS, MiB, none (within 1)',
    measured: own('memory', 'RSS for 100,000 stored documents, MiB'),
    bound: () => 1,
  },
  {
    text: 'an idle member: RSS, KiB, at most bare Socket.IO and 2',
    measured: own('memory', 'RSS a member, KiB'),
    bound: (results) => sum(figure(results, 'memory', 'bare Socket.IO', 'RSS a member, KiB'), 2),
  },
  {
    text: 'after everyone has left: RSS / before, at most 1.1 in a minute',
    measured: own('memory', 'RSS after all have left / before'),
    bound: () => 1.1,
  },
  {
    text: 'presence: p99 of edits, ms, at most twice that without',
    measured: own('presence', 'p99 of edits with presence, ms'),
    bound: times(2, 'presence', 'Inkroom', 'p99 of edits without presence, ms'),
  },
  {
    text: 'presence: server CPU, cores, under 1',
    measured: own('presence', 'server CPU with presence, cores'),
    bound: () => 1,
  },
  {
    text: 'four slow readers: RSS growth, MiB, at most 2 each',
    measured: own('slow', 'RSS growth for all four, MiB'),
    bound: () => 8,
  },
  {
    text: 'four slow readers: p99 of the others, ms, at most twice that without',
    measured: own('slow', 'p99 of the others with them, ms'),
    bound: times(2, 'slow', 'Inkroom', 'p99 of the others without them, ms'),
  },
];

/** Whether a target is reached, or undefined where something was not measured. */
export function verdict(results: Results, target: Target) {
  const measured = target.measured(results);
  const bound = target.bound(results);
  if (measured === undefined || bound === undefined) return undefined;
  return { measured, bound, met: target.least === true ? measured >= bound : measured <= bound };
}
