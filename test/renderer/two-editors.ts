import type { Page } from 'playwright-core';
import { withEditor } from './editor-hands.ts';
import { newDocument, openById, openWebRoom, type WebRoom } from './web-people.ts';

/** Two people in the same empty document, whose editors the functions of `editor-hands` can reach. */
export async function openTwoEditors(): Promise<{
  readonly room: WebRoom;
  readonly anna: Page;
  readonly boris: Page;
}> {
  const room = await openWebRoom();
  const anna = await room.person({ name: 'Anna' });
  const boris = await room.person({ name: 'Boris' });
  await openById(boris, await newDocument(anna));
  await withEditor(anna);
  await withEditor(boris);
  return { room, anna, boris };
}
