import { mkdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ListeningRelay } from './listening-relay.ts';
import { temporaryFolder } from './temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let relay: ListeningRelay;

beforeEach(async () => {
  folder = await temporaryFolder();
  const web = join(folder.path, 'web');
  await mkdir(join(web, 'assets'), { recursive: true });
  await writeFile(join(folder.path, 'secret.json'), '{"secret":true}');
  await mkdir(join(folder.path, 'website'));
  await writeFile(join(folder.path, 'website', 'index.html'), 'a neighbour');
  await writeFile(join(web, 'index.html'), '<meta nonce="__CSP_NONCE__"><script src="./a.js"></script>');
  await writeFile(join(web, 'assets', 'index-Dk39fJx2.js'), 'export {};');
  await writeFile(join(web, 'icon.svg'), '<svg/>');
  await writeFile(join(web, 'map.bin'), 'no type');
  relay = await ListeningRelay.start({ webFolder: web });
});
afterEach(async () => {
  await relay.close();
  await folder.remove();
});

/** Asks for a path as it is: `fetch` would tidy it before it is sent. */
function get(
  path: string,
  method = 'GET',
): Promise<{ status: number; headers: Record<string, unknown>; body: string }> {
  const { hostname, port } = new URL(relay.url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('the web client', () => {
  test('[G5] the page has a policy with a fresh nonce each time, and is not kept', async () => {
    const [first, second] = [await get('/'), await get('/index.html')];
    const nonces = [first, second].map(({ body }) => /nonce="([^"]+)"/u.exec(body)?.[1] ?? '');
    expect(new Set(nonces).size).toBe(2);
    for (const [i, { status, headers }] of [first, second].entries()) {
      expect(status).toBe(200);
      expect(headers['content-security-policy']).toContain(`style-src 'self' 'nonce-${nonces[i]}'`);
      expect(headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      });
    }
    const policy = String(first.headers['content-security-policy']).split('; ');
    expect(policy).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self' ws: wss: http: https:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ]),
    );
  });

  test('[G7] files with a hash in their name are kept for ever, others are asked for again', async () => {
    expect(await get('/assets/index-Dk39fJx2.js?x=1')).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': 'public, max-age=31536000, immutable',
      },
      body: 'export {};',
    });
    expect(await get('/icon.svg')).toMatchObject({ status: 200, headers: { 'cache-control': 'no-cache' } });
    expect(await get('/icon.svg', 'HEAD')).toMatchObject({ status: 200, body: '' });
    expect(await get('/', 'POST')).toMatchObject({ status: 405 });
  });

  const outside = [
    '/../secret.json',
    '/..%2fsecret.json',
    '/%2e%2e/secret.json',
    '/assets/../../secret.json',
    '/assets/..%2f..%2fsecret.json',
    '/..%5csecret.json',
    '/../website/index.html',
    '/%00index.html',
    '/%ff',
    '//evil.example/index.html',
    '/map.bin',
    '/assets',
    '/missing.js',
    '/control/status',
  ];
  for (const path of outside) {
    test(`[G8] ${path} is not found`, async () => {
      const { status, body } = await get(path);
      expect(body).not.toMatch(/secret|neighbour/u);
      expect([status, body]).toEqual([404, 'Nothing is here.\n']);
    });
  }
});
