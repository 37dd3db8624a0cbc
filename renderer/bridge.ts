import type { Bridge, BridgeCalls, EmbeddedRelay } from '../main/bridge.ts';
import { pages } from '../main/bridge.ts';
import { isLoopback } from '../sync/link.ts';
import { chooseInBrowser, downloadText } from './browser-files.ts';

export type {
  DocumentState,
  EmbeddedRelay,
  MenuCommand,
  OpenedFile,
  OpenTarget,
  RelayChoice,
  SavedFile,
  Spelling,
  TextToSave,
} from '../main/bridge.ts';
export {
  type CommandSection,
  type DocumentCommandName,
  documentCommands,
  keysInWords,
  keysOf,
  maxFileBytes,
  namedCommands,
} from '../main/bridge.ts';

declare global {
  interface Window {
    /** Put there by the desktop app's preload script; absent in a plain browser. */
    readonly inkroom?: Bridge;
  }
}

/** Whether the page runs in the desktop app, which has windows, menus and a relay of its own. */
export const isDesktop = window.inkroom !== undefined;

/** Whether keys are named as on macOS. */
export const isMac = /Mac/.test(navigator.platform);

/** Whether dictionaries are the system's, and are chosen in its settings. */
export const isWindows = /Win/.test(navigator.platform);

/** The desktop app, or its stand-in in a plain browser: documents open in this tab, the relay is the page's own. */
export const bridge: Bridge = window.inkroom ?? browserStandIn();

function browserStandIn(): Bridge {
  const { origin } = window.location;
  const relay: EmbeddedRelay = {
    state: 'running',
    url: origin,
    networkUrls: isLoopback(origin) ? [] : [origin],
    networkOpen: !isLoopback(origin),
  };
  const answers: {
    readonly [Channel in keyof BridgeCalls]: (
      argument: BridgeCalls[Channel]['argument'],
    ) => BridgeCalls[Channel]['answer'] | Promise<BridgeCalls[Channel]['answer']>;
  } = {
    'document:open': (target) => {
      window.location.hash = pages.document(target);
      return null;
    },
    'document:state': () => null,
    'link:open': ({ url }) => {
      window.open(url, '_blank', 'noopener,noreferrer');
      return null;
    },
    'file:open': chooseInBrowser,
    'file:save': downloadText,
    'switches:state': () => null,
    'spelling:get': () => ({ isChecked: true, missing: [] }),
    'library:show': () => {
      window.location.hash = pages.library;
      return null;
    },
    'relay:get': () => relay,
    'relay:network': () => relay,
  };
  return {
    call: async (channel, argument) => answers[channel](argument),
    on: () => () => {},
  };
}

/** Shows another document, or the same one with another relay, in this window. */
export function replaceDocument(target: BridgeCalls['document:open']['argument']): void {
  const address = new URL(window.location.href);
  address.hash = pages.document(target);
  window.location.replace(address);
}
