import { createHash } from 'node:crypto';
import { WordTrie } from './bdic-words.ts';

/** What a dictionary file of Chromium holds. Every string is UTF-8 with one character a byte. */
export interface DictionaryParts {
  /** Sets of flags; words and affixes name them by their places, which begin at 1. */
  readonly flagGroups: readonly string[];
  /** The lines of `SFX` and `PFX`. */
  readonly affixes: readonly string[];
  readonly replacements: readonly (readonly [wrong: string, right: string])[];
  /** All other lines of the `.aff` file. */
  readonly otherRules: readonly string[];
  /** The flag groups of each word; 0 is none. */
  readonly words: ReadonlyMap<string, readonly number[]>;
}

/** Signature, version, offsets of rules and words, MD5 of both. */
const headerBytes = 32;
const offsetsBytes = 16;

/**
 * A dictionary as Chromium's spelling checker maps it into memory: version 2.0 of the format that
 * `third_party/hunspell/google/bdict.h` of its source describes.
 */
export function bdicOf(parts: DictionaryParts): Buffer {
  const groups = lines([`AF ${parts.flagGroups.length}`, ...parts.flagGroups.map((group) => `AF ${group}`)]);
  const affixes = lines(parts.affixes);
  const replacements = ended(parts.replacements.flat());
  const others = lines(parts.otherRules);
  const rules = [groups, affixes, replacements, others];
  const offsets = Buffer.alloc(offsetsBytes);
  let at = headerBytes + offsetsBytes;
  for (const [index, rule] of rules.entries()) {
    offsets.writeUInt32LE(at, index * 4);
    at += rule.length;
  }
  const words = new WordTrie(parts.words).bytesAt(at);
  const body = Buffer.concat([offsets, ...rules, words]);
  const header = Buffer.alloc(headerBytes);
  header.write('BDic', 0, 'latin1');
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(0, 6);
  header.writeUInt32LE(headerBytes, 8);
  header.writeUInt32LE(at, 12);
  createHash('md5').update(body).digest().copy(header, 16);
  return Buffer.concat([header, body]);
}

/** An empty line would be read as the end. */
function lines(texts: readonly string[]): Buffer {
  return ended(texts.map((text) => (text === '' ? ' ' : text)));
}

function ended(texts: readonly string[]): Buffer {
  return Buffer.from([...texts, ''].map((text) => `${text}\0`).join(''), 'latin1');
}
