import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parsePlace } from '../../renderer/address.ts';
import { progressOf, statusWords } from '../../renderer/editor/status-words.ts';
import { fileName } from '../../renderer/file-name.ts';
import { initials, parsePerson, peoplePresent, personClass } from '../../renderer/person.ts';
import { strings } from '../../renderer/strings.ts';
import { dayWords, exactTime, momentWords, timeOfDay, timeWords } from '../../renderer/time-words.ts';
import { inProject } from '../../scripts/places.ts';
import { formatDocumentId, newDocumentSecret } from '../../sync/document-id.ts';
import type { ConnectionStatus, Status } from '../../sync/status.ts';

function status(connection: ConnectionStatus, rest: Partial<Status> = {}): Status {
  return {
    connection,
    unsaved: 0,
    saved: connection.state === 'live' && (rest.unsaved ?? 0) === 0,
    upload: undefined,
    journalTrouble: undefined,
    diverged: false,
    incomplete: false,
    unopened: 0,
    ...rest,
  };
}

describe('[G4] the words of a status', () => {
  it('say "Saved" only when the status is saved', () => {
    const states: ConnectionStatus[] = [
      { state: 'loading' },
      { state: 'offline', sinceMs: 0, asked: false },
      { state: 'connecting' },
      { state: 'catching-up', receivedBytes: 10, totalBytes: 10 },
      { state: 'checking' },
      { state: 'refused', code: 'deleted', detail: '' },
      { state: 'closed' },
    ];
    for (const connection of states)
      expect(statusWords(status(connection), 'edit').word).not.toContain('Saved');
    expect(statusWords(status({ state: 'live' }, { unsaved: 3 }), 'edit').word).toBe('Saving 3');
    expect(statusWords(status({ state: 'live' }), 'edit').word).toBe('Saved');
  });

  it('say since when one is offline and count what is kept here, one and many', () => {
    const sinceMs = new Date(2026, 10, 23, 9, 5).getTime();
    const offline = { state: 'offline', sinceMs, asked: false } as const;
    const words = (unsaved: number, nowMs: number) =>
      statusWords(status(offline, { unsaved }), 'edit', nowMs).word;
    const sameDay = new Date(2026, 10, 23, 23, 59).getTime();
    expect(words(0, sameDay)).toBe('Offline since 09:05');
    expect(words(1, sameDay)).toBe('Offline since 09:05 · 1 change safe on this computer');
    expect(words(1200, sameDay)).toBe('Offline since 09:05 · 1,200 changes safe on this computer');
    expect(words(0, sameDay + 120_000)).toBe('Offline since 23 Nov, 09:05');
  });

  it('reach 100 % only with the last byte', () => {
    const at = (receivedBytes: number) =>
      status({ state: 'catching-up', receivedBytes, totalBytes: 1_000_000 });
    expect(statusWords(at(999_999), 'edit').word).toBe('Catching up 99 %');
    expect(progressOf(at(1_000_000))).toBe(100);
    const sending = status({ state: 'live' }, { unsaved: 1, upload: { sentBytes: 42, totalBytes: 100 } });
    expect(statusWords(sending, 'edit').word).toBe('Sending 42 %');
    expect(progressOf(status({ state: 'live' }))).toBeUndefined();
  });
});

describe('when something was edited', () => {
  const noon = new Date(2026, 10, 23, 12).getTime();
  const hourMs = 3_600_000;
  it.each([
    [noon - 59_000, 'now'],
    [noon + 5_000, 'now'],
    [noon - 60_000, '1 min ago'],
    [noon - hourMs + 1, '59 min ago'],
    [noon - 2 * hourMs, '2 h ago'],
    [noon - 20 * hourMs, 'yesterday'],
    [new Date(2026, 10, 18, 9).getTime(), '18 Nov'],
    [new Date(2024, 1, 29).getTime(), '29 Feb 2024'],
  ])('%d is %s', (then, words) => {
    expect(timeWords(then, noon)).toBe(words);
  });

  it('is hours, not "yesterday", shortly after midnight', () => {
    const halfPastMidnight = new Date(2026, 10, 23, 0, 30).getTime();
    expect(timeWords(halfPastMidnight - 2 * hourMs, halfPastMidnight)).toBe('2 h ago');
  });
});

describe('days and times of day', () => {
  const now = new Date(2026, 10, 26, 13, 5).getTime();

  it('are in the language of the interface with 24 hours, whatever the system has', () => {
    expect(timeOfDay(new Date(2026, 10, 26, 1, 13).getTime())).toBe('01:13');
    expect(timeOfDay(new Date(2026, 10, 26, 0, 0).getTime())).toBe('00:00');
    expect(momentWords(new Date(2026, 10, 26, 9, 5).getTime(), now)).toBe('Today, 09:05');
    expect(momentWords(new Date(2026, 10, 25, 23, 59).getTime(), now)).toBe('Yesterday, 23:59');
    expect(dayWords(new Date(2026, 10, 2, 12).getTime(), now)).toMatch(/^Monday,? 2 November$/);
    expect(dayWords(new Date(2024, 1, 29, 12).getTime(), now)).toMatch(/^Thursday,? 29 February 2024$/);
    expect(exactTime(new Date(2026, 10, 2, 21, 4).getTime())).toMatch(
      /^Monday,? 2 November 2026(?: at|,) 21:04$/,
    );
  });

  it('have one language: nothing in the interface asks for another, or for that of the system', () => {
    const files = readdirSync(inProject('renderer'), { recursive: true, encoding: 'utf8' });
    const asked = files
      .filter((file) => /\.tsx?$/.test(file))
      .flatMap((file) =>
        [
          ...readFileSync(inProject('renderer', file), 'utf8').matchAll(
            /Intl\.(?:DateTimeFormat|NumberFormat|ListFormat|DisplayNames|RelativeTimeFormat|PluralRules)\(([^,)]*)|\.toLocale(?:Date|Time|)String\(/g,
          ),
        ].map(([call, language]) => ({ file, call, language })),
      );
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.filter(({ language }) => language !== 'uiLanguage')).toEqual([]);
  });
});

describe('people', () => {
  it.each([
    ['Anna Karlsson', 'AK'],
    ['mira', 'M'],
    ['Анна-Мария фон Берг', 'АБ'],
    ['👩‍👩‍👧 Family', '👩‍👩‍👧F'],
    ['李明', '李'],
    ['  ', '?'],
    ['(Jo)', 'J'],
  ])('initials of %s are %s', (name, letters) => {
    expect(initials(name)).toBe(letters);
  });

  it('are read from presence that another program wrote, whatever it is', () => {
    expect(parsePerson(null, 1, 2)).toBeUndefined();
    expect(parsePerson({ user: 'x' }, 1, 2)).toBeUndefined();
    const odd = parsePerson({ user: { name: `a\u202eb\n${'c'.repeat(99)}`, color: -11.5 } }, 1, 2);
    expect(odd?.name).toMatch(/^a b c+$/);
    expect(odd?.name.length).toBe(40);
    expect(odd?.color).toBe(3);
    expect(personClass({ color: Number.MAX_SAFE_INTEGER, line: -7 })).toMatch(/^person-[0-7] line-3$/);
  });

  it('are listed with oneself first and whoever is idle last', () => {
    const states = new Map([
      [4, { user: { name: 'Aaron', color: 0 }, idle: true }],
      [1, { user: { name: 'Abel', color: 0 } }],
      [2, { user: { name: 'Zoe', color: 1 } }],
      [3, {}],
    ]);
    expect(peoplePresent(states, 2).map((person) => person.name)).toEqual(['Zoe', 'Abel', 'Aaron']);
  });
});

describe('the address of a page', () => {
  const documentId = formatDocumentId(newDocumentSecret());

  it('leads to a document only with a well-formed ID', () => {
    expect(parsePlace('')).toEqual({ page: 'library', pasted: undefined });
    expect(parsePlace(`#${documentId}`)).toMatchObject({
      page: 'document',
      target: { documentId, relay: 'local', create: false },
    });
    expect(parsePlace('#x')).toEqual({ page: 'library', pasted: 'x' });
    const swapped = documentId.slice(0, -1) + (documentId.endsWith('1') ? '2' : '1');
    expect(parsePlace(`#${swapped}`)).toEqual({ page: 'library', pasted: swapped });
  });

  it('names the relay and whether to create', () => {
    const relay = encodeURIComponent('https://relay.example.org:444');
    expect(parsePlace(`#${documentId}?relay=${relay}&create=1`)).toMatchObject({
      target: { relay: { url: 'https://relay.example.org:444' }, create: true },
    });
    expect(parsePlace(`#${documentId}?relay=javascript%3Aalert(1)`).page).toBe('library');
  });
});

describe('texts of the interface', () => {
  it('are never empty and never leave a gap', () => {
    const texts: string[] = [];
    const collect = (value: unknown) => {
      if (typeof value === 'string') texts.push(value);
      else if (typeof value === 'function')
        texts.push(String(value(2, true, false)), String(value(1, 1, true)));
      else if (typeof value === 'object' && value !== null)
        for (const part of Object.values(value)) collect(part);
    };
    collect(strings);
    expect(texts.length).toBeGreaterThan(100);
    for (const text of texts) {
      expect(text).not.toMatch(/undefined|\[object|NaN|^\s*$/);
      expect(text).toBe(text.trim());
    }
  });

  it('name an exported file so that every system takes it', () => {
    expect(fileName('a/b: "c" <d>\n')).toBe('a b c d');
    expect(fileName('???')).toBe(strings.untitled);
    expect(fileName('я'.repeat(300)).length).toBe(60);
  });
});
