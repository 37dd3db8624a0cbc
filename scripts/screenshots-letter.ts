import type * as Y from 'yjs';
import { openDocument } from '../sync/node.ts';
import { untilVersion } from '../test/renderer/relay-versions.ts';
import {
  introduce,
  newDocument,
  openById,
  typeAtEnd,
  type WebRoom,
  whenSaved,
} from '../test/renderer/web-people.ts';
import {
  back,
  entitle,
  joinBy,
  letter,
  letterTitle,
  menu,
  nudge,
  paste,
  picture,
  select,
} from './screenshots-hands.ts';

/** From the first start over a letter that three people write, and what they do with it, to the relay that is gone. */
export async function pictureLetter(room: WebRoom): Promise<void> {
  const anna = await room.person({ name: '' });
  await anna.getByText('No documents yet').waitFor();
  await picture(anna, 'first-run');
  await introduce(anna, 'Anna Karlsson', 'Purple');
  await newDocument(anna);
  await entitle(anna, 'Winter reading list');
  await back(anna);
  const minutesId = await newDocument(anna);
  await entitle(anna, 'Minutes, November');
  await back(anna);
  const id = await newDocument(anna);
  await entitle(anna, letterTitle);
  await paste(anna, letter);
  await whenSaved(anna);

  const jonas = await room.person({ name: 'Jonas Lind', color: 'Teal' });
  await openById(jonas, id);
  const mira = await room.person({ name: 'Mira Roos', color: 'Orange' });
  await openById(mira, id);
  await typeAtEnd(jonas, ' It costs less than one taxi a week.');
  await mira.getByText('one taxi a week.').waitFor();
  await typeAtEnd(mira, ' And someone who tells people what is going on.');
  await select(jonas, 'eleven minutes, and it is always the 7:40');
  await select(mira, 'carries over to the second');
  await anna.locator('.remote-selection').nth(1).waitFor();
  await picture(anna, 'editor', async () => {
    await nudge(jonas);
    await nudge(mira);
  });
  await anna.getByRole('button', { name: 'Share', exact: true }).click();
  await picture(anna, 'share');
  await anna.keyboard.press('Escape');
  await anna.locator('.people').getByRole('button', { name: 'Your name and colour' }).click();
  await picture(anna, 'own-name');
  await anna.keyboard.press('Escape');

  await anna.locator('.cm-content').focus();
  await anna.keyboard.press('Control+Alt+a');
  await anna.locator('.cm-content .author').first().waitFor();
  await picture(anna, 'authors');
  await anna.keyboard.press('Control+Alt+a');
  await jonas.keyboard.press('Control+Alt+m');
  await jonas.keyboard.type('Is it? The 8:10 was late twice.');
  await jonas.keyboard.press('Control+Enter');
  await anna.getByRole('button', { name: 'Comments: 1 open' }).click();
  await anna.getByText('The 8:10 was late twice.').waitFor();
  await picture(anna, 'comments');
  await anna.keyboard.press('Escape');
  await menu(anna, 'Outline', 'Preview');
  await anna.frameLocator('.preview-frame').getByRole('heading', { name: 'What we ask for' }).waitFor();
  await picture(anna, 'preview');
  await menu(anna, 'Outline', 'Preview');

  const helper = await openDocument({ document: id, relayUrl: room.relay.url, name: 'Jonas Lind' });
  await helper.whenLive();
  await untilVersion(helper);
  rewrite(helper.text, 'nineteen', 'twenty');
  rewrite(helper.text, 'until June', 'until the end of June');
  await untilVersion(helper);
  await helper.close();
  await anna.getByRole('button', { name: 'History', exact: true }).click();
  await anna
    .locator('.history-line', { hasText: /As left here|Kept here/ })
    .first()
    .click();
  await anna.locator('.cm-changedText').first().waitFor();
  await picture(anna, 'history');
  await anna.keyboard.press('Escape');
  await anna.keyboard.press('Escape');

  const minutes = await joinBy(room.relay.url, minutesId, 'Leila Haddad', 3);
  await back(anna);
  await anna.getByText('Here now: Jonas Lind, Mira Roos', { exact: true }).waitFor({ state: 'attached' });
  await anna.getByText('Here now: Leila Haddad', { exact: true }).waitFor({ state: 'attached' });
  await picture(anna, 'library');
  await minutes.close();

  await anna.locator('.document-open', { hasText: letterTitle }).click();
  await whenSaved(anna);
  await room.killRelay();
  await anna.locator('.status[data-status="offline"]').waitFor();
  await typeAtEnd(anna, ' And a sign.');
  await anna.getByText(/safe on this computer$/).waitFor();
  await picture(anna, 'offline');
  await back(anna);
  await anna.getByText(/waiting to send$/).waitFor();
  await anna.locator('[data-reach="unreachable"]').waitFor();
  await picture(anna, 'library-offline');

  await room.restartRelay();
  await anna.locator('[data-reach="ready"]').waitFor();
  await anna.getByRole('button', { name: /^You are/ }).click();
  await picture(anna, 'settings');
}

function rewrite(text: Y.Text, words: string, others: string): void {
  const at = text.toString().indexOf(words);
  text.delete(at, words.length);
  text.insert(at, others);
}
