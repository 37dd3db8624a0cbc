import type { IncomingMessage, ServerResponse } from 'node:http';
import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import { answerJson } from './json-answer.ts';
import { isFromThisComputer } from './local-request.ts';

/** What a relay knows of itself at one moment. */
export interface Measured {
  readonly connections: number;
  readonly openRooms: number;
  readonly writeFailures: number;
  readonly damagedEntries: number;
  readonly uptimeSeconds: number;
}

/** Answers `GET /metrics` in the text format of Prometheus, to programs on this computer: how many people write is nobody else's business. */
export class Metrics {
  readonly #measure: () => Measured;
  #lastUse: EventLoopUtilization = performance.eventLoopUtilization();

  constructor(measure: () => Measured) {
    this.#measure = measure;
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    if (!isFromThisComputer(request)) {
      answerJson(response, 403, { error: 'Only from this computer.' });
      return;
    }
    response.writeHead(200, {
      'Content-Type': 'text/plain; version=0.0.4; charset=utf-8',
      'Cache-Control': 'no-store',
    });
    response.end(this.#text());
  }

  #text(): string {
    const { connections, openRooms, writeFailures, damagedEntries, uptimeSeconds } = this.#measure();
    const use = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(use, this.#lastUse);
    this.#lastUse = use;
    return [
      metric('inkroom_connections', 'gauge', 'Connections that are open', connections),
      metric('inkroom_open_rooms', 'gauge', 'Documents that someone has open', openRooms),
      metric('inkroom_write_failures_total', 'counter', 'Writes that failed since the start', writeFailures),
      metric(
        'inkroom_damaged_entries_total',
        'counter',
        'Entries found damaged since the start',
        damagedEntries,
      ),
      metric(
        'inkroom_busy_ratio',
        'gauge',
        'Share of time since the last such request that it worked',
        utilization,
      ),
      metric('inkroom_resident_bytes', 'gauge', 'Memory of the process', process.memoryUsage.rss()),
      metric('inkroom_uptime_seconds', 'gauge', 'Time since the start', uptimeSeconds),
    ].join('');
  }
}

function metric(name: string, type: 'gauge' | 'counter', help: string, value: number): string {
  return `# HELP ${name} ${help}.\n# TYPE ${name} ${type}\n${name} ${value}\n`;
}
