import { BrowserWindow, type IpcMainInvokeEvent, ipcMain, type WebContents } from 'electron';
import type { BridgeCalls, BridgeEvents } from './bridge.ts';
import { argumentParsers } from './bridge-arguments.ts';
import { isOwnPage } from './page-limits.ts';

/** What the main process answers to each call, given the window's page that asks. */
export type BridgeAnswers = {
  readonly [Channel in keyof BridgeCalls]: (
    argument: BridgeCalls[Channel]['argument'],
    sender: WebContents,
  ) => Promise<BridgeCalls[Channel]['answer']> | BridgeCalls[Channel]['answer'];
};

/** Answers every call of the bridge: only to main frames of this app's own pages, and only to arguments of the right form. */
export function answerCalls(answers: BridgeAnswers): void {
  answer('document:open', answers);
  answer('document:state', answers);
  answer('link:open', answers);
  answer('file:open', answers);
  answer('file:save', answers);
  answer('switches:state', answers);
  answer('spelling:get', answers);
  answer('library:show', answers);
  answer('relay:get', answers);
  answer('relay:network', answers);
}

/** Sends news to one page. */
export function sendNews<Channel extends keyof BridgeEvents>(
  contents: WebContents,
  channel: Channel,
  news: BridgeEvents[Channel],
): void {
  if (!contents.isDestroyed()) contents.send(channel, news);
}

/** Sends news to the pages of all windows. */
export function sendNewsToAll<Channel extends keyof BridgeEvents>(
  channel: Channel,
  news: BridgeEvents[Channel],
): void {
  for (const window of BrowserWindow.getAllWindows()) sendNews(window.webContents, channel, news);
}

function answer<Channel extends keyof BridgeCalls>(channel: Channel, answers: BridgeAnswers): void {
  ipcMain.handle(channel, async (event: IpcMainInvokeEvent, argument: unknown) => {
    if (!isFromOwnPage(event)) throw new Error(`${channel}: only pages of this app may ask`);
    const parsed = argumentParsers[channel](argument);
    if (!parsed.ok) throw new Error(`${channel}: ${parsed.reason}`);
    return answers[channel](parsed.value, event.sender);
  });
}

/** The frame may be gone by the time its message is read; then nobody is owed an answer. */
function isFromOwnPage(event: IpcMainInvokeEvent): boolean {
  const frame = event.senderFrame;
  return frame !== null && frame.parent === null && isOwnPage(frame.url);
}
