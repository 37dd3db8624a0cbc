import * as Y from 'yjs';

/** A document as it is now, for as long as is needed: worked out when it is asked for, or right before it changes. */
export class FoundText {
  #fingerprint: string | undefined;
  #update: Uint8Array | undefined;

  constructor(private readonly doc: Y.Doc) {
    doc.on('beforeTransaction', this.#hold);
  }

  get fingerprint(): string {
    this.#fingerprint ??= fingerprintOf(this.doc);
    return this.#fingerprint;
  }

  /** The whole document as one Yjs update (V1). */
  readonly encode = (): Uint8Array => {
    this.#update ??= Y.encodeStateAsUpdate(this.doc);
    return this.#update;
  };

  /** Nobody asks any more. */
  forget(): void {
    this.doc.off('beforeTransaction', this.#hold);
  }

  readonly #hold = (): void => {
    void this.fingerprint;
    this.encode();
    this.forget();
  };
}

/** Equal for equal texts, whatever else is in the document: of its length and two sums over its letters (FNV-1a). */
export function fingerprintOf(doc: Y.Doc): string {
  const text = doc.getText('content').toString();
  let [one, other] = [0x811c9dc5, 0x050c5d1f];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    one = Math.imul(one ^ unit, 0x01000193);
    other = Math.imul(other ^ unit, 0x01000197);
  }
  return `${text.length}-${(one >>> 0).toString(36)}-${(other >>> 0).toString(36)}`;
}
