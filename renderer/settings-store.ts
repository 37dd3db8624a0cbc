import { signal } from '@preact/signals';
import { newPersonKey } from '../sync/people.ts';
import { paletteSize } from '../sync/presence-state.ts';
import type { RelayChoice } from './bridge.ts';
import { database, onTableChanged, tellTableChanged } from './database.ts';

/** The bounds of the size of text. */
export const textSizes = { smallestPx: 12, largestPx: 32 } as const;

/** How a person likes to see text. */
export interface ViewSettings {
  /** Headings at the left of the text. */
  readonly outline: boolean;
  /** The text as it will be read, beside it. */
  readonly preview: boolean;
  /** Share of the width beside the text that the preview has, from 0 to 1. */
  readonly previewShare: number;
  /** The background of text tells who wrote it. */
  readonly authors: boolean;
  readonly lineNumbers: boolean;
  readonly wrapLines: boolean;
  readonly spellcheck: boolean;
  readonly fontSizePx: number;
}

/** What a person has chosen on this computer. `name` is empty until they have said it. */
export interface Settings {
  readonly name: string;
  /** Index into the palette of people's colours. */
  readonly color: number;
  /** Random; makes one's own edits and comments one's own at the next opening. Only hashes of it enter documents. */
  readonly personKey: string;
  /** Where new documents go, and where a bare document ID is looked for. */
  readonly relay: RelayChoice;
  /** Access tokens of private relays, by origin. */
  readonly tokens: Readonly<Record<string, string>>;
  readonly view: ViewSettings;
}

/** The settings as last read or written; undefined until they have been read for the first time. */
export const settings = signal<Settings | undefined>(undefined);

/** The settings in force before any are read, with a colour of their own for the time until then. */
export const initialSettings: Settings = {
  name: '',
  color: Math.floor(Math.random() * paletteSize),
  personKey: newPersonKey(),
  relay: 'local',
  tokens: {},
  view: {
    outline: false,
    preview: false,
    previewShare: 0.5,
    authors: false,
    lineNumbers: false,
    wrapLines: true,
    spellcheck: true,
    fontSizePx: 17,
  },
};

/** Reads the settings, and again whenever another window has changed them. */
export async function loadSettings(): Promise<Settings> {
  onTableChanged('settings', () => void read());
  return read();
}

/** Changes some of the settings. They are on disk, and known to every window, when it resolves. */
export async function changeSettings(change: Partial<Settings>): Promise<void> {
  const next = { ...(settings.value ?? initialSettings), ...change };
  settings.value = next;
  const tables = await database();
  const transaction = tables.transaction('settings', 'readwrite', { durability: 'strict' });
  await Promise.all([transaction.store.put(next, 'settings'), transaction.done]);
  tellTableChanged('settings');
}

async function read(): Promise<Settings> {
  const found = await (await database()).get('settings', 'settings');
  // Settings that an older version has written lack the newer ones.
  const view = { ...initialSettings.view, ...found?.view };
  const current = { ...initialSettings, ...found, view };
  settings.value = current;
  return current;
}
