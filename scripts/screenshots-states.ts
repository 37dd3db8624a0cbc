import { randomBytes } from 'node:crypto';
import type { WebSocketRoute } from 'playwright-core';
import { clientEvents } from '../protocol/events.ts';
import { encodeFrame } from '../protocol/frame-parser.ts';
import { encodeRelayMessage } from '../protocol/relay-messages.ts';
import { formatDocumentId, newDocumentSecret } from '../sync/document-id.ts';
import { intrude } from '../test/renderer/document-intruder.ts';
import { newDocument, openById, typeAtEnd, type WebRoom, whenSaved } from '../test/renderer/web-people.ts';
import { entitle, joinBy, letter, letterTitle, paste, picture } from './screenshots-hands.ts';

/** What the status and the notices above the text can say. */
export async function pictureStates(room: WebRoom): Promise<void> {
  const anna = await room.person({ name: 'Anna Karlsson', color: 'Purple' });
  let hold: 'nothing' | 'appends' | 'large-frames' = 'nothing';
  let largeFrames = 0;
  let line: WebSocketRoute | undefined;
  let held: (string | Buffer)[] = [];
  let letGo = () => {};
  await anna.routeWebSocket(/socket\.io/, (socket) => {
    const relay = socket.connectToServer();
    line = socket;
    letGo = () => {
      hold = 'nothing';
      for (const message of held.splice(0)) relay.send(message);
    };
    socket.onMessage((message) => {
      if (hold === 'appends' && typeof message !== 'string' && message[1] === clientEvents.append)
        held.push(message);
      else relay.send(message);
    });
    relay.onMessage((message) => {
      if (hold === 'large-frames' && typeof message !== 'string' && message.length > 10_000) largeFrames += 1;
      if (largeFrames < 5) socket.send(message);
    });
  });
  const id = await newDocument(anna);
  await entitle(anna, letterTitle);
  await paste(anna, letter);
  await whenSaved(anna);
  // Only what is opened after the routing goes through it.
  await anna.reload();
  await whenSaved(anna);

  await anna.getByRole('button', { name: 'Share', exact: true }).click();
  await anna.getByRole('radio', { name: 'Can only read' }).check();
  const viewId = await anna.getByLabel('Document ID', { exact: true }).inputValue();
  await anna.keyboard.press('Escape');
  const vera = await room.person({ name: 'Vera', color: 'Green' });
  await vera.goto(`${room.relay.url}/#${viewId}`);
  await vera.getByText('Up to date').waitFor();
  await picture(vera, 'view-only');
  await vera.close();

  held = [];
  hold = 'appends';
  await typeAtEnd(anna, ' And a sign');
  await anna.getByText(/^Saving \d+$/).waitFor();
  await picture(anna, 'saving');
  letGo();
  await whenSaved(anna);

  const jonas = await room.person({ name: 'Jonas Lind', color: 'Teal' });
  await openById(jonas, id);
  await jonas.reload();
  await whenSaved(jonas);
  await jonas.keyboard.press('Control+Shift+H');
  const asOpened = jonas.locator('.history-line', { hasText: 'As left here' });
  await asOpened.first().waitFor();
  await typeAtEnd(anna, ' in the waiting room.');
  await jonas.getByText('in the waiting room.').waitFor();
  await asOpened.first().click();
  await jonas.locator('.difference .cm-editor').first().waitFor();
  await jonas.getByRole('button', { name: 'Restore', exact: true }).click();
  await anna.getByText(/^Jonas Lind restored an older version: /).waitFor();
  await anna.getByText('116 words').waitFor();
  await picture(anna, 'restored');
  await anna.getByRole('button', { name: 'Close', exact: true }).first().click();
  await jonas.close();

  const source = await joinBy(room.relay.url, id, 'Source', 0);
  await anna.context().setOffline(true);
  hold = 'large-frames';
  await line?.close();
  await anna.locator('.status[data-status="offline"]').waitFor();
  const noise = () => `\n\n${randomBytes(40_000).toString('base64')}`;
  for (let part = 0; part < 12; part++) source.text.insert(source.text.length, noise());
  await source.whenSaved();
  await anna.context().setOffline(false);
  await anna.getByText(/^Catching up \d+ %$/).waitFor();
  await picture(anna, 'catching-up');
  await source.close();

  await pictureNotices(room);
}

/** Notices after which a document does not go on as before: each has its own. */
async function pictureNotices(room: WebRoom): Promise<void> {
  const anna = await room.person({ name: 'Anna Karlsson', color: 'Purple' });
  let line: WebSocketRoute | undefined;
  await anna.routeWebSocket(/socket\.io/, (socket) => {
    line = socket;
    socket.connectToServer();
  });
  const letterInRoom = async () => {
    const id = await newDocument(anna);
    await entitle(anna, letterTitle);
    await paste(anna, letter);
    await anna.getByText('What we ask for').waitFor();
    await whenSaved(anna);
    await anna.reload();
    await whenSaved(anna);
    return id;
  };

  const intruder = await intrude(room.relay.url, await letterInRoom());
  intruder.claimOtherText();
  await anna.getByText(/^Two copies of this document differ/).waitFor();
  await picture(anna, 'copies-differ');
  intruder.close();
  await anna.getByRole('button', { name: 'All documents' }).click();

  await letterInRoom();
  const refusal = { event: 'refused', message: { code: 'deleted', ref: undefined, detail: '' } } as const;
  line?.send(Buffer.from(encodeFrame('refused', encodeRelayMessage(refusal))));
  await anna.getByRole('alert').getByText('This document was deleted.').waitFor();
  await picture(anna, 'refused');

  await anna.goto(`${room.relay.url}/#${formatDocumentId(newDocumentSecret())}`);
  await anna.getByText(/^No such document on/).waitFor();
  await picture(anna, 'no-such-document');
}
