import { app } from 'electron';

/** Longer than any link of ours; a longer argument is not one. */
const maxLinkChars = 2000;

/** Calls back with every `inkroom:` link this process was started with or is given later, by any way of the system. */
export function receiveLinks(opened: (link: string) => void): void {
  app.on('open-url', (event, url) => {
    event.preventDefault();
    if (isLink(url)) opened(url);
  });
  const first = linkIn(process.argv);
  if (first !== undefined) void app.whenReady().then(() => opened(first));
}

/** The link among the arguments of a second start, if there is one. */
export function linkIn(args: readonly string[]): string | undefined {
  return args.find(isLink);
}

/** Makes the system give `inkroom:` links to this app. Only an installed app may say that of itself. */
export function claimLinks(): void {
  if (app.isPackaged) app.setAsDefaultProtocolClient('inkroom');
}

function isLink(text: string): boolean {
  return /^inkroom:\/\//i.test(text) && text.length <= maxLinkChars;
}
