import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { protocol } from 'electron';

/** The origin of every page of this app. Only it may ask the main process for anything. */
export const pageOrigin = 'app://inkroom';
/** The only page there is; what it shows is decided by what follows the `#`. */
export const pageUrl = `${pageOrigin}/index.html`;

/** Stands in the page for the nonce of its style elements, and is replaced in every answer. */
const noncePlaceholder = '__CSP_NONCE__';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** Makes `app:` a scheme with storage and cryptography. Has to happen before the app is ready. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** Serves the files of one folder, and nothing else, as `app://inkroom/…`, each with its security headers. */
export function servePages(folder: string): void {
  protocol.handle('app', async (request) => {
    const path = requestedFile(folder, request);
    const bytes = path === undefined ? undefined : await readFile(path).catch(() => undefined);
    if (path === undefined || bytes === undefined)
      return new Response('Not found', { status: 404, headers: headersFor('') });
    if (extname(path) !== '.html') return new Response(bytes, { headers: headersFor(extname(path)) });
    const nonce = randomBytes(16).toString('base64');
    const page = bytes.toString('utf8').replaceAll(noncePlaceholder, nonce);
    return new Response(page, {
      headers: { ...headersFor('.html'), 'content-security-policy': policy(nonce) },
    });
  });
}

function requestedFile(folder: string, request: Request): string | undefined {
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.host !== 'inkroom') return undefined;
  const name = decodedPath(url.pathname === '/' ? '/index.html' : url.pathname);
  if (name === undefined || name.includes('\0')) return undefined;
  const path = join(folder, name);
  // A part that begins with a dot is a way out or a hidden file; a build has neither.
  const isOdd = relative(folder, path)
    .split(sep)
    .some((part) => part.startsWith('.'));
  return isOdd ? undefined : path;
}

function decodedPath(pathname: string): string | undefined {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
}

function headersFor(extension: string): Record<string, string> {
  return {
    'content-type': contentTypes[extension] ?? 'application/octet-stream',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-cache',
  };
}

/** Relays may be anywhere, hence the wide `connect-src`; everything else comes from the app itself. */
function policy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "font-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self' ws: wss: http: https:",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
