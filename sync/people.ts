import { sha256 } from '@noble/hashes/sha2.js';
import type * as Y from 'yjs';
import { type RoomId, toHex } from '../protocol/ids.ts';
import { PROTOCOL_LABEL } from '../protocol/version.ts';
import { paletteSize, type User } from './presence-state.ts';

/** Who has written under a client id. */
export interface Author extends User {
  /** Of one person in this document, at all openings on one computer; empty where a program gives none. */
  readonly id: string;
}

/** A secret of one person on one computer. */
export function newPersonKey(): string {
  return toHex(crypto.getRandomValues(new Uint8Array(16)));
}

/** Who they are in one document: two documents do not tell that they have the same person. */
export function personIdIn(roomId: RoomId, personKey: string): string {
  const named = new TextEncoder().encode(`${PROTOCOL_LABEL} person ${roomId} ${personKey}`);
  return toHex(sha256(named).subarray(0, 16));
}

/** Longest name that is kept, in UTF-16 units; as long as the one in presence. */
const maxNameChars = 60;
const maxIdChars = 32;
/** Entries that are read; one is made at each opening in which someone writes. */
const maxPeople = 20_000;

/** Who has written in a document, by client id. Another program may have put in anything: what is no author is left out. */
export function readPeople(people: Y.Map<unknown>): ReadonlyMap<number, Author> {
  const authors = new Map<number, Author>();
  let read = 0;
  for (const [key, value] of people.entries()) {
    read += 1;
    if (read > maxPeople) break;
    const author = parseAuthor(value);
    if (author !== undefined && /^\d{1,16}$/.test(key)) authors.set(Number(key), author);
  }
  return authors;
}

function parseAuthor(value: unknown): Author | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { name, color, id } = value as Readonly<Record<string, unknown>>;
  if (typeof name !== 'string') return undefined;
  return {
    name: name.slice(0, maxNameChars),
    color: typeof color === 'number' && Number.isSafeInteger(color) && color >= 0 ? color % paletteSize : 0,
    id: typeof id === 'string' ? id.slice(0, maxIdChars) : '',
  };
}

/**
 * Writes down who an editor's edits are of: with the first edit of an opening, and again when they take another name. An edit
 * signs its own opening alone: of two copies that have one id and two names, neither would leave the other's entries be.
 */
export class Signature {
  #author: Author;

  constructor(
    private readonly doc: Y.Doc,
    private readonly people: Y.Map<unknown>,
    author: Author,
  ) {
    this.#author = author;
  }

  /** From now on every local edit is signed; the signature is part of the edit's own transaction. */
  signEdits(): void {
    this.doc.on('beforeTransaction', ({ local, origin }: Y.Transaction) => {
      // A new name alone is no edit.
      if (local && origin !== this) this.#sign();
    });
  }

  /** What was written before under this opening, or under the same id, is of the new name at once. */
  rename(user: User): void {
    const { name, color, id } = this.#author;
    if (user.name === name && user.color === color) return;
    this.#author = { ...user, id };
    this.correct();
  }

  /** Gives what this person has written the name they have now; a document in which they have not written stays as it is. */
  correct(): void {
    const outdated = this.#outdated();
    if (outdated.length > 0) this.doc.transact(() => this.#write(outdated), this);
  }

  get #key(): string {
    return String(this.doc.clientID);
  }

  #sign(): void {
    if (!this.#isSigned(parseAuthor(this.people.get(this.#key)))) this.#write([this.#key]);
  }

  /** Keys of this person's entries with another name than they have now. */
  #outdated(): readonly string[] {
    const { id } = this.#author;
    return [...readPeople(this.people)]
      .filter(([client, author]) => client === this.doc.clientID || (id !== '' && author.id === id))
      .filter(([, author]) => !this.#isSigned(author))
      .map(([client]) => String(client));
  }

  #isSigned(written: Author | undefined): boolean {
    const { name, color, id } = this.#author;
    return written?.name === name && written.color === color && written.id === id;
  }

  #write(keys: readonly string[]): void {
    const { name, color, id } = this.#author;
    for (const key of keys) this.people.set(key, { name, color, id });
  }
}
