import type { RelayEvent } from '../protocol/events.ts';
import type { FrameOutlet } from './frame-outlet.ts';
import { PreparedFrame } from './prepared-frame.ts';

/** Sends events as frames; one that goes to several connections is encoded once. */
export class FrameSender {
  /** Members are sent presence one by one; a frame is kept for as long as its payload is there. */
  readonly #presenceFrames = new WeakMap<Uint8Array, PreparedFrame>();

  /** Sends an event to one connection. */
  send(outlet: FrameOutlet, event: RelayEvent, payload: Uint8Array): void {
    if (event === 'peers') {
      const frame = this.#presenceFrames.get(payload) ?? new PreparedFrame(event, payload);
      this.#presenceFrames.set(payload, frame);
      outlet.send(frame);
    } else if (event === 'ack') {
      // The entries that an acknowledgement names mostly follow at once.
      outlet.sendWithNext(new PreparedFrame(event, payload));
    } else outlet.send(new PreparedFrame(event, payload));
  }
}
