import type { Page } from 'playwright-core';
import type { Bridge, BridgeCalls, EmbeddedRelay, OpenTarget, Spelling } from '../../main/bridge.ts';
import { introduce, type WebRoom } from './web-people.ts';

declare global {
  interface Window {
    /** What the page asked its stand-in for the desktop app to open. */
    opened: OpenTarget[];
  }
}

/** What the stand-in answers for the relay of this computer: first of all, and each time the network is to be let in. */
export interface StandInAnswers {
  readonly relay: EmbeddedRelay;
  readonly network: readonly EmbeddedRelay[];
  /** In which languages spelling is checked; in all where it is left out. */
  readonly spelling?: Spelling;
}

/** The web client as the desktop app shows it: with a bridge whose other end is a table of answers. */
export async function openAsDesktop(room: Pick<WebRoom, 'person'>, answers: StandInAnswers): Promise<Page> {
  const page = await room.person({ name: '' });
  await page.addInitScript(standIn, answers);
  await page.reload();
  await introduce(page, 'Anna Karlsson', 'Purple');
  return page;
}

/** Runs inside the page, so it uses nothing from outside. */
function standIn({ relay, network, spelling = { isChecked: true, missing: [] } }: StandInAnswers): void {
  let asked = 0;
  window.opened = [];
  const calls: {
    readonly [Channel in keyof BridgeCalls]: (
      argument: BridgeCalls[Channel]['argument'],
    ) => BridgeCalls[Channel]['answer'];
  } = {
    'document:open': (target) => {
      window.opened.push(target);
      const at = target.relay === 'local' ? 'local' : encodeURIComponent(target.relay.url);
      window.location.hash = `${target.documentId}?relay=${at}${target.create ? '&create=1' : ''}`;
      return null;
    },
    'document:state': () => null,
    'link:open': () => null,
    'file:open': () => [],
    'file:save': () => ({ state: 'cancelled' }),
    'switches:state': () => null,
    'spelling:get': () => spelling,
    'library:show': () => {
      window.location.hash = '';
      return null;
    },
    'relay:get': () => relay,
    'relay:network': () => {
      asked += 1;
      return network[Math.min(asked, network.length) - 1] ?? relay;
    },
  };
  const bridge: Bridge = {
    call: (channel, argument) => Promise.resolve(calls[channel](argument)),
    on: () => () => {},
  };
  Object.defineProperty(window, 'inkroom', { value: bridge });
}
