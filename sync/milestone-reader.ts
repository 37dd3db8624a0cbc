import * as Y from 'yjs';
import { concat } from '../protocol/codec.ts';
import type { Milestone } from '../protocol/milestone-messages.ts';
import type { ReceivedSnapshot } from './log-reader.ts';
import type { SideAnswer, SideRequests } from './side-requests.ts';

/**
 * Why an older state could not be had: a refusal's code, `lost` without a connection, `unopened` where it does not open
 * with this document's key.
 */
export class MilestoneError extends Error {
  constructor(
    readonly code: string,
    detail: string,
  ) {
    super(`${code} ${detail}`.trim());
    this.name = 'MilestoneError';
  }
}

/** The document's older states on the relay (rules C7 and C8); for editors. Its promises reject with `MilestoneError`. */
export class MilestoneReader {
  constructor(
    private readonly requests: SideRequests,
    private readonly openSnapshot: (snapshot: ReceivedSnapshot) => Promise<Uint8Array | undefined>,
  ) {}

  /** What there is, oldest first. */
  async list(): Promise<readonly Milestone[]> {
    const answer = await this.#ask((ref) => ({ event: 'milestones', message: { ref } }));
    if (answer.type !== 'list') throw unexpected(answer);
    return answer.list.milestones;
  }

  /** The whole document at a milestone, as one Yjs update (V1). Tells how many of its sealed bytes have come. */
  async update(milestone: Milestone, onProgress: (bytes: number) => void = () => {}): Promise<Uint8Array> {
    const { cursor, bytes } = milestone;
    const chunks: Uint8Array[] = [];
    for (let offset = 0; offset < bytes; ) {
      const { seq } = cursor;
      const answer = await this.#ask((ref) => ({ event: 'milestone', message: { ref, seq, offset } }));
      if (answer.type !== 'part' || answer.part.total !== bytes || answer.part.offset !== offset)
        throw unexpected(answer);
      chunks.push(answer.part.chunk.slice());
      offset += answer.part.chunk.length;
      onProgress(offset);
    }
    const update = await this.openSnapshot({ cursor, sealed: concat(...chunks) });
    if (update === undefined) throw new MilestoneError('unopened', '');
    return update;
  }

  /** The text at a milestone. */
  async text(milestone: Milestone, onProgress?: (bytes: number) => void): Promise<string> {
    const doc = new Y.Doc();
    try {
      Y.applyUpdate(doc, await this.update(milestone, onProgress));
      return doc.getText('content').toString();
    } finally {
      doc.destroy();
    }
  }

  #ask(request: (ref: number) => Parameters<SideRequests['send']>[0]): Promise<SideAnswer> {
    return new Promise((resolve, reject) => {
      if (!this.requests.isOpen) {
        reject(new MilestoneError('lost', ''));
        return;
      }
      const ref = this.requests.begin((answer) => {
        this.requests.end(ref);
        if (answer.type === 'refused') reject(new MilestoneError(answer.code, answer.detail));
        else if (answer.type === 'lost') reject(new MilestoneError('lost', ''));
        else resolve(answer);
      });
      this.requests.send(request(ref));
    });
  }
}

function unexpected(answer: SideAnswer): MilestoneError {
  return new MilestoneError('malformed', `the relay answered with ${answer.type}`);
}
