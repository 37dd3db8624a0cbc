/**
 * The one map of channels between the main process and its windows. `main/` answers it, `renderer/bridge.ts` calls it,
 * and in a plain browser a stand-in of the same shape takes its place. Every value is structured-cloneable.
 */
import type { DocumentCommandName, SwitchName } from './document-commands.ts';

export {
  type CommandSection,
  type DocumentCommandName,
  documentCommands,
  keysInWords,
  keysOf,
  namedCommands,
  type SwitchName,
} from './document-commands.ts';

/** Where a document's relay is: the one this computer runs itself, or an address such as `https://relay.example.org`. */
export type RelayChoice = 'local' | { readonly url: string };

/** The relay that the app runs in a child process, shared by all profiles on this machine. */
export type EmbeddedRelay =
  | { readonly state: 'starting' }
  | {
      readonly state: 'running';
      /** Address for this computer, such as `http://127.0.0.1:4040`. It may change when another profile takes over. */
      readonly url: string;
      /** Addresses others on the network can use; empty while `networkOpen` is false or there is no network. */
      readonly networkUrls: readonly string[];
      readonly networkOpen: boolean;
    }
  | { readonly state: 'failed'; readonly message: string };

/** A document to open. `create` makes the room on the relay (New); opening never does. */
export interface OpenTarget {
  readonly documentId: string;
  readonly relay: RelayChoice;
  readonly create: boolean;
}

/** What a document window tells about itself, for its title, its unsaved mark and what closing it says. */
export interface DocumentState {
  readonly title: string;
  /** Local edits the relay has not acknowledged. */
  readonly unsaved: number;
}

/** Largest file that is read. A text of 16 million characters takes up to three bytes for each. */
export const maxFileBytes = 48_000_000;

/** A file that a person chose, or why it was not read. */
export type OpenedFile =
  | { readonly name: string; readonly bytes: Uint8Array }
  | { readonly name: string; readonly problem: 'too-large' | 'unreadable' };

/** A text and the name that is proposed for its file. */
export interface TextToSave {
  readonly name: string;
  readonly text: string;
}

/** What became of it. */
export type SavedFile =
  | { readonly state: 'saved'; readonly path: string }
  | { readonly state: 'cancelled' }
  | { readonly state: 'failed'; readonly reason: string };

/** Whether spelling is checked in any language, and in which of the person's (`de`) it is not. */
export interface Spelling {
  readonly isChecked: boolean;
  /** For lack of a dictionary. */
  readonly missing: readonly string[];
  /** Their dictionaries are there, but of no use. */
  readonly unusable?: readonly string[];
}

/** Questions a window asks the main process: argument and answer of each channel. */
export interface BridgeCalls {
  readonly 'document:open': { readonly argument: OpenTarget; readonly answer: null };
  readonly 'document:state': { readonly argument: DocumentState; readonly answer: null };
  /** Opens an address in the person's browser or mail program; http, https and mailto only. */
  readonly 'link:open': { readonly argument: { readonly url: string }; readonly answer: null };
  /** Asks for files and reads them; none where the person changes their mind. */
  readonly 'file:open': { readonly argument: null; readonly answer: readonly OpenedFile[] };
  /** Asks where a text goes and saves it there. */
  readonly 'file:save': { readonly argument: TextToSave; readonly answer: SavedFile };
  /** Which switches are on, for the ticks in the menu. */
  readonly 'switches:state': { readonly argument: Switches; readonly answer: null };
  readonly 'spelling:get': { readonly argument: null; readonly answer: Spelling };
  readonly 'library:show': { readonly argument: null; readonly answer: null };
  readonly 'relay:get': { readonly argument: null; readonly answer: EmbeddedRelay };
  readonly 'relay:network': { readonly argument: { readonly open: boolean }; readonly answer: EmbeddedRelay };
}

/** News the main process sends to a window. */
export interface BridgeEvents {
  readonly 'relay:changed': EmbeddedRelay;
  readonly 'spelling:changed': Spelling;
  /** A link was opened from outside or by a menu; the library window shows its usual way of opening, with this text in the field; empty to only go there. */
  readonly 'link:opened': { readonly link: string };
  /** A menu item that acts inside the window. */
  readonly 'menu:command': { readonly command: MenuCommand };
  /** The computer woke up or its network came back: reconnect at once. */
  readonly 'network:back': null;
}

/** Menu items that act inside a window. */
export type MenuCommand = 'new-document' | 'open-file' | 'share' | DocumentCommandName;

/** The switches of the menu and whether they are on. */
export type Switches = { readonly [Name in SwitchName]: boolean };

/** What the preload script puts on `window.inkroom`. */
export interface Bridge {
  call<Channel extends keyof BridgeCalls>(
    channel: Channel,
    argument: BridgeCalls[Channel]['argument'],
  ): Promise<BridgeCalls[Channel]['answer']>;
  /** Listens until the returned function is called. */
  on<Channel extends keyof BridgeEvents>(
    channel: Channel,
    listener: (news: BridgeEvents[Channel]) => void,
  ): () => void;
}

/** Address of a window's page, with everything it needs to know behind the `#`. */
export const pages = {
  library: '',
  /** `#` + document ID, `?` + where the relay is and whether to create. */
  document: (target: OpenTarget): string =>
    `${target.documentId}?relay=${target.relay === 'local' ? 'local' : encodeURIComponent(target.relay.url)}${target.create ? '&create=1' : ''}`,
} as const;
