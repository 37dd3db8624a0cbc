import type { IncomingHttpHeaders } from 'node:http';

/** Origin of the desktop app's pages. */
const appOrigin = 'app://inkroom';

/**
 * Whether a page of this origin may connect: the relay's own web client, the app, what the operator names, and
 * programs, which send no origin. A browser sends it with every request of a page.
 */
export function isAllowedOrigin(headers: IncomingHttpHeaders, configured: readonly string[]): boolean {
  const { origin, host } = headers;
  if (origin === undefined || origin === appOrigin || configured.includes(origin)) return true;
  try {
    return host !== undefined && new URL(origin).host === host.toLowerCase();
  } catch {
    return false;
  }
}
