import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../app/wait-for.ts';
import { fillText, openPreview, previewFrame } from './preview-page.ts';
import { newDocument, openWebRoom, type WebRoom } from './web-people.ts';

declare global {
  interface Window {
    /** What hostile scripts of a document have managed to say. */
    said?: unknown[];
  }
}

/** Set by whatever of a document should ever run. */
const run = "window.said=['ran'];parent.postMessage('ran','*');top.postMessage('ran','*')";
const hosts = { canary: '' };
let server: Server;
let room: WebRoom;
let page: Page;
let frame: Frame;
/** What was asked of the canary's server: nothing a document says may ask it. */
const asked: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.setHeader('access-control-allow-origin', '*');
    response.end('x');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  hosts.canary = `http://127.0.0.1:${port}`;
  room = await openWebRoom();
  page = await room.person({ name: 'Anna' });
  await page.evaluate(() => {
    window.said = [];
    window.addEventListener('message', ({ data }) => data === 'ran' && window.said?.push(data));
  });
  await newDocument(page);
  await openPreview(page);
  frame = await previewFrame(page);
});

afterAll(async () => {
  await room?.close();
  server?.close();
});

function attacks(to: string): readonly string[] {
  return [
    `<script>${run}</script>`,
    `<script src="${to}/script"></script>`,
    `<img src=x onerror="${run}">`,
    `<img src="${to}/img" srcset="${to}/srcset 2x" onload="${run}">`,
    `![picture](${to}/markdown-picture)`,
    `![svg](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+)`,
    `[press](javascript:${run.replaceAll(/['()]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)})`,
    `<a href="javascript:${run}">press</a><a href=" java&#10;script:${run}">press</a>`,
    `<a href="data:text/html,<script>${run}</script>" target=_top>press</a>`,
    `<a href="${to}/ping-link" ping="${to}/ping">kept</a>`,
    `<svg onload="${run}"><script>${run}</script><image href="${to}/svg"/><use href="${to}/use#a"/></svg>`,
    `<math><mtext><table><mglyph><style><!--</style><img src=x onerror="${run}">`,
    `<svg></p><style><a id="</style><img src=x onerror=${run}>">`,
    `<iframe src="${to}/iframe" srcdoc="<script>${run}</script>"></iframe>`,
    `<object data="${to}/object"></object><embed src="${to}/embed"><portal src="${to}/portal"></portal>`,
    `<meta http-equiv="refresh" content="0;url=${to}/refresh">`,
    `<base href="${to}/base/">`,
    `<link rel="stylesheet" href="${to}/link"><link rel="preload" as="image" href="${to}/preload">`,
    `<style>@import url(${to}/import); body{background:url(${to}/style)}</style>`,
    `<p style="position:fixed;inset:0;background:url(${to}/attribute)" class="picture" id="said">styled</p>`,
    `<form action="${to}/form"><input autofocus onfocus="${run}"><button formaction="${to}/b">go</button></form>`,
    `<video src="${to}/video" poster="${to}/poster" onerror="${run}"></video><audio src="${to}/audio" autoplay></audio>`,
    `<picture><source srcset="${to}/source"><img src="${to}/in-picture"></picture>`,
    `<details open ontoggle="${run}"><summary>s</summary>d</details>`,
    `<body onload="${run}" background="${to}/background"><table background="${to}/table"><tr><td>c</table>`,
    `<input type="image" src="${to}/input-image"><input type="checkbox" data-line="1">`,
    `<template><img src=x onerror="${run}"></template><noscript><p title="</noscript><img src=x onerror=${run}>">`,
    `<form><math><mtext></form><form><mglyph><style></math><img src onerror="${run}">`,
    '```html"><img src=x onerror="parent.postMessage(1)">\n<script>x</script>\n```',
  ];
}

test('[secure] nothing of a document runs in the preview, and nothing is loaded', async () => {
  await fillText(page, `${attacks(hosts.canary).join('\n\n')}\n\nThe visible end.\n`);
  await waitFor('all to be drawn', () =>
    frame.evaluate(
      () =>
        document.querySelector('main')?.textContent?.includes('The visible end.') === true &&
        document.querySelector('main[aria-busy="false"]') !== null,
    ),
  );
  const found = await frame.evaluate(() => {
    const elements = [...document.querySelectorAll('main *')];
    return {
      tags: [...new Set(elements.map(({ localName }) => localName))],
      attributes: [...new Set(elements.flatMap((element) => element.getAttributeNames()))],
      addresses: elements.flatMap((element) => element.getAttribute('href') ?? []),
      sources: elements.flatMap((element) => element.getAttribute('src') ?? []),
      styled: elements
        .filter((element) => element.hasAttribute('style') && element.className !== 'block')
        .map(({ outerHTML }) => outerHTML.slice(0, 100)),
    };
  });
  const forbidden =
    /^(script|style|svg|math|iframe|object|embed|meta|base|link|form|button|video|audio|source|template|body)$/;
  expect(found.tags.filter((tag) => forbidden.test(tag))).toEqual([]);
  expect(found.tags).not.toContain('input');
  expect(
    found.attributes.filter((name) => /^on|ping|srcset|background|action|target|^id$|^name$/.test(name)),
  ).toEqual([]);
  expect(found.addresses.filter((address) => !address.startsWith(hosts.canary))).toEqual([]);
  expect(found.addresses).toContain(`${hosts.canary}/ping-link`);
  expect(found.sources).toEqual([]);
  expect(found.styled).toEqual([]);
  for (const link of await frame.locator('a').all()) await link.dispatchEvent('click');
  expect(await frame.evaluate(() => window.said)).toBeUndefined();
  expect(await page.evaluate(() => window.said)).toEqual([]);
  expect(asked).toEqual([]);
});

test('[secure] the frame itself has no origin and a policy that stops what a sanitiser would let through', async () => {
  expect(await page.locator('.preview-frame').getAttribute('sandbox')).toBe('allow-scripts');
  await frame.evaluate(
    ({ run, to }) => {
      const place = document.createElement('div');
      place.innerHTML = `<img src="${to}/raw" onerror="${run}"><iframe src="${to}/raw-frame"></iframe>
        <iframe srcdoc="<script>${run}</script>"></iframe><link rel="stylesheet" href="${to}/raw-link">
        <p style="background:url(${to}/raw-style)">x</p>`;
      document.body.append(place);
      const inline = document.createElement('script');
      inline.textContent = run;
      const remote = document.createElement('script');
      remote.src = `${to}/raw-script`;
      place.append(inline, remote);
    },
    { run, to: hosts.canary },
  );
  const tried = await frame.evaluate(async (to) => {
    const thrown = (attempt: () => unknown) => {
      try {
        attempt();
        return 'allowed';
      } catch (error) {
        return error instanceof Error || error instanceof DOMException ? error.name : 'thrown';
      }
    };
    return {
      origin: window.origin,
      parent: thrown(() => window.parent.document),
      storage: thrown(() => window.localStorage),
      fetched: await fetch(`${to}/raw-fetch`).then(
        () => 'allowed',
        () => 'refused',
      ),
      opened: window.open(`${to}/raw-open`) === null ? 'refused' : 'allowed',
    };
  }, hosts.canary);
  expect(tried).toEqual({
    origin: 'null',
    parent: 'SecurityError',
    storage: 'SecurityError',
    fetched: 'refused',
    opened: 'refused',
  });
  await frame.evaluate((to) => window.location.assign(`${to}/raw-navigation`), hosts.canary);

  // The page itself may reach the canary: it answers, and it is the first to be asked.
  await page.evaluate((to) => fetch(`${to}/from-the-page`), hosts.canary);
  expect(await page.evaluate(() => window.said)).toEqual([]);
  expect(asked).toEqual(['/from-the-page']);
  await page.evaluate(() => window.postMessage('ran'));
  await waitFor('the canary to hear', () => page.evaluate(() => window.said?.length === 1));
});

test('[secure] the policy of the page is as strict as it was', async () => {
  const policy = (await fetch(room.relay.url)).headers.get('content-security-policy') ?? '';
  expect(policy.replace(/'nonce-[^']+'/, "'nonce-'").split('; ')).toEqual([
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'nonce-'",
    "connect-src 'self' ws: wss: http: https:",
    "img-src 'self' data:",
    "font-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]);
});
