import type { RelayMessage } from '../../protocol/relay-messages.ts';
import { waitFor } from '../app/wait-for.ts';
import { RawPolling } from '../relay/raw-polling.ts';
import { opcodes, readWebSocketFrames } from '../relay/raw-web-socket.ts';
import { readRelayFrame } from '../relay/relay-frame.ts';
import type { AttackLine } from './hostile-run.ts';

/** Bytes of packets in one POST, at most; less than a relay takes, also where a packet is the largest there is. */
const postBytes = 200_000;

/** A session of HTTP long-polling that polls for ever, and posts what it is told in as few POSTs as it can. */
export class PollingLine implements AttackLine {
  readonly messages: RelayMessage[] = [];
  readonly polling: RawPolling;
  /** Origin of the relay. */
  readonly url: string;
  closed = false;
  #waiting: string[] = [];
  #isPosting = false;
  #lastStatus = 200;

  private constructor(url: string, polling: RawPolling) {
    this.url = url;
    this.polling = polling;
  }

  /** Connects up to the relay's first message, or to the end of the session. */
  static async greeted(url: string): Promise<PollingLine> {
    const line = new PollingLine(url, await RawPolling.opened(url));
    line.packets('40');
    void line.#poll();
    await waitFor('hello', () => line.messages.length > 0 || line.closed, { seen: () => line.describe() });
    return line;
  }

  get refusals(): readonly string[] {
    return this.messages.flatMap((each) => (each.event === 'refused' ? [each.message.code] : []));
  }

  /** Posts what is in the frames as packets of engine.io: bytes as base64, text as it is. */
  bytes(frames: Uint8Array): void {
    const packets = readWebSocketFrames(Buffer.from(frames)).map(({ opcode, payload }) =>
      opcode === opcodes.binary ? `b${payload.toString('base64')}` : payload.toString(),
    );
    this.packets(...packets);
  }

  packets(...packets: readonly string[]): void {
    this.#waiting.push(...packets);
    if (!this.#isPosting) void this.#post();
  }

  close(): void {
    this.packets('1');
  }

  describe(): string {
    const events = this.messages.slice(-3).map(({ event }) => event);
    return `last status ${this.#lastStatus}; ${this.messages.length} messages, last ${events.join(', ')}; refused ${this.refusals.slice(-3).join(', ')}; closed ${this.closed}`;
  }

  async #post(): Promise<void> {
    this.#isPosting = true;
    while (this.#waiting.length > 0 && !this.closed) {
      let bytes = 0;
      const more = this.#waiting.findIndex((packet, i) => {
        bytes += packet.length + 1;
        return i > 0 && bytes > postBytes;
      });
      const body = this.#waiting.splice(0, more === -1 ? this.#waiting.length : more).join('\u001e');
      // A session that is over says so to who polls, after all that was said before.
      this.#lastStatus = await this.polling.post(body).catch(() => 0);
    }
    this.#isPosting = false;
  }

  async #poll(): Promise<void> {
    while (!this.closed) {
      const { status, packets } = await this.polling.poll().catch(() => ({ status: 0, packets: [] }));
      this.#lastStatus = status;
      if (status !== 200) this.closed = true;
      else for (const packet of packets) this.#take(packet);
    }
  }

  #take(packet: string): void {
    if (packet === '1') this.closed = true;
    else if (packet === '2') this.packets('3');
    else if (packet.startsWith('b'))
      this.messages.push(readRelayFrame(Buffer.from(packet.slice(1), 'base64')));
  }
}
