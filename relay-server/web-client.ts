import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { WebFiles } from './web-files.ts';

/** Types of the files a built web client consists of. Any other file is not served. */
const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
};

/** What stands for a fresh nonce in `index.html`: the editor adds its styles at run time and needs one. */
const noncePlaceholder = '__CSP_NONCE__';
/** A bundler's file names end in a hash of at least eight characters: such a file never changes. */
const hashedName = /-[\w-]{8,}\.\w+$/u;
/** What is handed to a connection at once: TLS makes a copy of it, which lasts until the client has read it. */
const pieceBytes = 64 * 1024;

/** Content-Security-Policy of the web client's page; `connect-src` is wide because a document may be on another relay. */
function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "connect-src 'self' ws: wss: http: https:",
    "img-src 'self' data:",
    "font-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Serves the built web client from a folder. */
export class WebClient {
  readonly #folder: string;
  readonly #files = new WebFiles();

  constructor(folder: string) {
    this.#folder = resolve(folder);
  }

  /** Answers a request; 404 for anything that is not a file of the client. Never rejects. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Referrer-Policy', 'no-referrer');
    const file = this.#fileOf(request.url ?? '/');
    const type = file === undefined ? undefined : contentTypes[extname(file)];
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      await send(response, request, 405, 'text/plain; charset=utf-8', 'Only GET is answered here.\n');
      return;
    }
    const content = file === undefined || type === undefined ? undefined : await this.#files.read(file);
    if (file === undefined || type === undefined || content === undefined) {
      await send(response, request, 404, 'text/plain; charset=utf-8', 'Nothing is here.\n');
    } else if (type.startsWith('text/html')) {
      const nonce = randomBytes(16).toString('base64');
      response.setHeader('Content-Security-Policy', contentSecurityPolicy(nonce));
      response.setHeader('Cache-Control', 'no-store');
      await send(response, request, 200, type, content.toString('utf8').replaceAll(noncePlaceholder, nonce));
    } else {
      response.setHeader(
        'Cache-Control',
        hashedName.test(file) ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
      await send(response, request, 200, type, content);
    }
  }

  /** The file a URL names, or undefined when it is not within the folder. */
  #fileOf(url: string): string | undefined {
    let path: string;
    try {
      path = decodeURIComponent(url.split(/[?#]/u, 1)[0] ?? '');
    } catch {
      return undefined;
    }
    if (path.includes('\0') || path.includes('\\')) return undefined;
    const file = join(this.#folder, path === '/' ? 'index.html' : path);
    return file.startsWith(this.#folder + sep) ? file : undefined;
  }
}

/** Answers with all of the body; done when it is sent, or the client has gone. */
async function send(
  response: ServerResponse,
  request: IncomingMessage,
  status: number,
  type: string,
  body: string | Buffer,
): Promise<void> {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) });
  if (request.method === 'HEAD') response.end();
  else if (typeof body === 'string' || body.length <= pieceBytes) response.end(body);
  else await pipeline(Readable.from(pieces(body)), response).catch(() => {});
}

function* pieces(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.length; at += pieceBytes) yield body.subarray(at, at + pieceBytes);
}
