import { app, type Session, session, shell, type WebContents } from 'electron';
import { pageOrigin } from './page-scheme.ts';

/** Rights a page of this app gets without asking; every other one is refused. */
const granted: ReadonlySet<string> = new Set([
  'clipboard-sanitized-write',
  // The journal holds text that is nowhere else yet, so the browser may not evict it.
  'persistent-storage',
  // Newer Chromium asks before a page may reach a relay on this computer or its network.
  'loopback-network',
  'local-network',
  'local-network-access',
]);

/** Keeps every page, whatever it shows, inside the app: no navigation, no new windows, no webviews, no permissions. */
export function limitPages(): void {
  app.on('web-contents-created', (_event, contents) => {
    keepOnPage(contents);
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(({ url }) => {
      openOutside(url);
      return { action: 'deny' };
    });
  });
}

/** Refuses what pages may ask of the system, for the session all windows share. Needs a ready app. */
export function refusePermissions(): void {
  const shared: Session = session.defaultSession;
  shared.setPermissionRequestHandler((contents, permission, answer) =>
    answer(granted.has(permission) && isOwnPage(contents.getURL())),
  );
  shared.setPermissionCheckHandler(
    (_contents, permission, origin) => granted.has(permission) && isOwnOrigin(origin),
  );
  shared.setDevicePermissionHandler(() => false);
}

/** Whether an address is one of this app's pages. */
export function isOwnPage(url: string): boolean {
  return url === pageOrigin || url.startsWith(`${pageOrigin}/`);
}

/** Chromium writes an origin with or without a slash at its end. */
function isOwnOrigin(origin: string): boolean {
  return isOwnPage(origin);
}

function keepOnPage(contents: WebContents): void {
  // Covers the main frame, too; refused here, `will-navigate` does not follow.
  contents.on('will-frame-navigate', (event) => {
    event.preventDefault();
    if (event.isMainFrame) openOutside(event.url);
  });
  contents.on('will-redirect', (event) => event.preventDefault());
}

/** Hands a link to the person's browser if it is one that a browser opens safely. */
function openOutside(url: string): void {
  if (URL.canParse(url) && new URL(url).protocol === 'https:') openAddress(url);
}

/** Hands an address that `outsideAddress` has let through to the person's browser or mail program. */
export function openAddress(url: string): void {
  void shell
    .openExternal(url)
    .catch((error: unknown) => console.error('The browser did not open a link:', error));
}
