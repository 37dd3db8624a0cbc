/** The words of a dictionary file of Chromium with their flag groups, read as Chromium reads them. */
export function readBdic(file: Buffer): ReadonlyMap<string, readonly number[]> {
  const words = new Map<string, readonly number[]>();
  const visit = (at: number, letters: string): void => {
    const mark = file.readUInt8(at);
    if (mark < 0x80) readLeaf(at, letters);
    else if (mark >= 0xe0) readList(at, letters);
    else readTable(at, letters);
  };
  const readLeaf = (at: number, letters: string): void => {
    const head = file.readUInt16BE(at);
    let next = at + 2;
    let rest = '';
    if ((head & 0x4000) !== 0) {
      const end = file.indexOf(0, next);
      rest = file.toString('latin1', next, end);
      next = end + 1;
    }
    const first = head & 0x1fff;
    const groups = first === 0x1fff ? [] : [first];
    if ((head & 0x2000) !== 0) {
      for (; file.readUInt16LE(next) !== 0xffff; next += 2) groups.push(file.readUInt16LE(next));
    }
    words.set(Buffer.from(letters + rest, 'latin1').toString('utf8'), groups);
  };
  const readList = (at: number, letters: string): void => {
    const mark = file.readUInt8(at);
    const entryBytes = mark >= 0xf0 ? 3 : 2;
    const count = mark & 0x0f;
    const begin = at + 1 + count * entryBytes;
    for (let index = 0; index < count; index++) {
      const entry = at + 1 + index * entryBytes;
      const offset = entryBytes === 3 ? file.readUInt16LE(entry + 1) : file.readUInt8(entry + 1);
      visit(begin + offset, letters + letter(file.readUInt8(entry)));
    }
  };
  const readTable = (at: number, letters: string): void => {
    const [mark, first, width] = [file.readUInt8(at), file.readUInt8(at + 1), file.readUInt8(at + 2)];
    const isWide = (mark & 2) !== 0;
    const ends = mark & 1;
    for (let index = 0; index < width + ends; index++) {
      const place = isWide ? file.readUInt32LE(at + 3 + index * 4) : file.readUInt16LE(at + 3 + index * 2);
      if (place === 0) continue;
      visit(isWide ? place : at + place, letters + letter(index < ends ? 0 : first + index - ends));
    }
  };
  visit(file.readUInt32LE(12), '');
  return words;
}

/** The four tables before the words: flag groups, affixes, replacements, other rules. */
export function readRules(file: Buffer): readonly (readonly string[])[] {
  const at = file.readUInt32LE(8);
  const begins = [0, 4, 8, 12].map((offset) => file.readUInt32LE(at + offset));
  const ends = [...begins.slice(1), file.readUInt32LE(12)];
  return begins.map((begin, index) => file.toString('utf8', begin, ends[index]).split('\0').slice(0, -2));
}

function letter(code: number): string {
  return code === 0 ? '' : String.fromCharCode(code);
}
