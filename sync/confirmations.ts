import { limits } from '../protocol/limits.ts';

/** Counts what a member has processed of its stream and confirms it after each 256 KiB (rule S4). One for each join. */
export class Confirmations {
  #processedBytes = 0;
  #confirmedBytes = 0;

  constructor(private readonly confirm: (processedBytes: number) => void) {}

  /** This many more bytes of stream payloads are in the document. */
  processed(payloadBytes: number): void {
    this.#processedBytes += payloadBytes;
    if (this.#processedBytes - this.#confirmedBytes < limits.confirmBytes) return;
    this.#confirmedBytes = this.#processedBytes;
    this.confirm(this.#processedBytes);
  }
}
