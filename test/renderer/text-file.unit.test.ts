import { describe, expect, it } from 'vitest';
import { titleLanguage } from '../../renderer/editor/code-languages.ts';
import { copyName, fileName } from '../../renderer/file-name.ts';
import { parseLineEnding, readTextFile, withLineEnding } from '../../renderer/text-file.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string, littleEndian: boolean, mark = true) => {
  const units = [...(mark ? '\ufeff' : ''), ...text].join('');
  const view = new DataView(new ArrayBuffer(units.length * 2));
  for (let i = 0; i < units.length; i++) view.setUint16(i * 2, units.charCodeAt(i), littleEndian);
  return new Uint8Array(view.buffer);
};

describe('a text file', () => {
  it.each([
    ['UTF-8', utf8('Fähre 😀')],
    ['UTF-8 with a mark', new Uint8Array([0xef, 0xbb, 0xbf, ...utf8('Fähre 😀')])],
    ['UTF-16, little end first', utf16('Fähre 😀', true)],
    ['UTF-16, big end first', utf16('Fähre 😀', false)],
  ])('in %s is read', (_name, bytes) => {
    expect(readTextFile('Minutes.md', bytes)).toEqual({
      ok: true,
      file: { title: 'Minutes', text: 'Fähre 😀', lineEnding: 'lf' },
    });
  });

  it.each([
    ['a\nb', 'lf'],
    ['a\r\nb\r\nc\nd', 'crlf'],
    ['a\r\nb\nc', 'lf'],
    ['a\rb\rc\r\n', 'cr'],
    ['a', 'lf'],
  ] as const)('%j has the line ends %s', (text, lineEnding) => {
    const read = readTextFile('a.txt', utf8(text));
    expect(read).toMatchObject({ ok: true, file: { lineEnding, text: text.replace(/\r\n?/g, '\n') } });
  });

  it.each([
    ['binary', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13, 0xff, 0xfe, 1])],
    ['binary', utf8('text\0with a zero')],
    ['not-utf-8', new Uint8Array([0x46, 0xe4, 0x68, 0x72, 0x65])],
    ['utf-16-without-mark', utf16('plain words', true, false)],
    ['utf-32', new Uint8Array([0xff, 0xfe, 0, 0, 0x41, 0, 0, 0])],
    ['too-large', new Uint8Array(16_000_001).fill(0x61)],
  ])('is refused as %s', (problem, bytes) => {
    expect(readTextFile('a.txt', bytes)).toEqual({ ok: false, problem });
  });

  it('gets its line ends back', () => {
    expect(withLineEnding('a\nb\n', 'crlf')).toBe('a\r\nb\r\n');
    expect(withLineEnding('a\nb\n', 'cr')).toBe('a\rb\r');
    expect(withLineEnding('a\nb\n', parseLineEnding('something else'))).toBe('a\nb\n');
    for (const [ending, end] of [
      ['crlf', '\r\n'],
      ['lf', '\n'],
      ['cr', '\r'],
    ] as const)
      expect(withLineEnding('a\r\nb\rc\nd', ending), 'and no others').toBe(`a${end}b${end}c${end}d`);
  });
});

describe('the name of a saved file', () => {
  it.each([
    ['a/b: "c" <d>\n', 'a b c d'],
    ['..hidden..', 'hidden'],
    ['half \ud83d', 'half \ufffd'],
    ['con', '_con'],
    ['COM1.notes', '_COM1.notes'],
    ['console', 'console'],
    ['\u202egnp.exe', 'gnp.exe'],
    ['???', 'Untitled'],
    ['', 'Untitled'],
  ])('of %j is %j', (title, name) => {
    expect(fileName(title)).toBe(name);
  });

  it('is short, and no character in it is cut', () => {
    const name = fileName('😀'.repeat(100));
    expect([...name]).toHaveLength(60);
    expect(new TextEncoder().encode(`${name}.md`).length).toBeLessThan(255);
  });

  it.each([
    ['server.ts', 'server.ts'],
    ['Dockerfile', 'Dockerfile'],
    ['README.md', 'README.md'],
    ['notes.TXT', 'notes.TXT'],
    ['Notes.md ', 'Notes.md'],
    ['Minutes', 'Minutes.md'],
    ['Section 4.c', 'Section 4.c.md'],
    ['Version 1.2', 'Version 1.2.md'],
    ['', 'Untitled.md'],
    ['.ts', 'Untitled.ts'],
    ['con.py', '_con.py'],
    [`${'long '.repeat(30)}.ts`, `${'long '.repeat(12).trim()}.ts`],
    [`${'long'.repeat(30)}.md`, `${'long'.repeat(15)}.md`],
  ])('as a copy of %j is %j', async (title, name) => {
    expect(copyName(title, (await titleLanguage(title)) !== undefined)).toBe(name);
  });

  it('has the ending that is asked for, once', () => {
    expect(copyName('README.md', false, 'md')).toBe('README.md');
    expect(copyName('README.md', false, 'txt')).toBe('README.txt');
    expect(copyName('Minutes', false, 'txt')).toBe('Minutes.txt');
    expect(copyName('server.ts', true, 'md')).toBe('server.ts');
  });
});

describe('a title', () => {
  it.each([
    ['main.c', 'C'],
    ['größe.r', 'R'],
    ['my script.py', 'Python'],
    ['404.html', 'HTML'],
    ['Dockerfile', 'Dockerfile'],
    ['Section 4.c', undefined],
    ['Amendment 2.r', undefined],
    ['4.c', undefined],
    ['Notes', undefined],
    ['README.md', undefined],
    ['Talk with Mr.Go about cranes', undefined],
  ])('such as %j names the language %j', async (title, name) => {
    expect((await titleLanguage(title))?.name).toBe(name);
  });
});
