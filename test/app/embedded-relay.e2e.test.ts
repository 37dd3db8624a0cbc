import { readFile, stat } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DocumentPage, introduce } from './document-page.ts';
import { cleanUp, ElectronApp, killProcess, newHome, processGone } from './electron-app.ts';
import { waitFor } from './wait-for.ts';

let home: string;

beforeEach(async () => {
  home = await newHome();
});

afterEach(() => cleanUp(home));

async function instanceAt(url: string): Promise<string> {
  const health: { readonly instance: string } = await (await fetch(`${url}/health`)).json();
  return health.instance;
}

test('[G2] two profiles share one relay; when its owner is killed, the other takes over on the same data and port', async () => {
  const anna = await ElectronApp.start(home, 'anna');
  const url = await anna.relayUrl();
  const berta = await ElectronApp.start(home, 'berta');
  expect(await berta.relayUrl()).toBe(url);
  const relayPid = await anna.ownRelayPid();
  expect(await berta.relayPid()).toBeUndefined();

  await introduce(anna, 'Anna');
  await introduce(berta, 'Berta');
  const annas = await DocumentPage.create(anna);
  await annas.type('written before the kill');
  await annas.saved();
  const bertas = await DocumentPage.open(berta, await annas.sharedId());
  await bertas.shows('written before the kill');

  const firstInstance = await instanceAt(url);
  await anna.kill();
  const nextPid = await berta.ownRelayPid();
  expect(await berta.relayUrl()).toBe(url);
  expect(await instanceAt(url)).not.toBe(firstInstance);
  expect(nextPid).not.toBe(relayPid);

  await bertas.type(' and after it');
  await bertas.saved();
  const carla = await ElectronApp.start(home, 'carla');
  const carlas = await DocumentPage.open(carla, bertas.documentId);
  await carlas.shows('written before the kill and after it');
});

test('[G2] the address of the relay is written for this user only, and stays when the last profile quits', async () => {
  const anna = await ElectronApp.start(home, 'anna');
  const url = await anna.relayUrl();
  const file = join(home, 'relay', 'relay.json');
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ url, instance: await instanceAt(url) });
  if (process.platform !== 'win32') expect((await stat(file)).mode & 0o777).toBe(0o600);
  const pid = await anna.ownRelayPid();
  await anna.quit();
  await processGone(pid);
  const again = await ElectronApp.start(home, 'anna');
  expect(await again.relayUrl()).toBe(url);
});

test('[G2] a relay process that is killed comes back on the same port, and open documents with it', async () => {
  const anna = await ElectronApp.start(home, 'anna');
  const url = await anna.relayUrl();
  const document = await DocumentPage.create(anna);
  await document.type('before');
  await document.saved();
  const instance = await instanceAt(url);
  await killProcess(await anna.ownRelayPid());
  await document.type(' and after');
  await waitFor('another relay', async () => (await instanceAt(await anna.relayUrl())) !== instance);
  expect(await anna.relayUrl()).toBe(url);
  await document.saved();
  expect(await document.text()).toBe('before and after');
});

/** An address of this computer that another could reach; loopback ones are rightly said to reach nobody. */
const ownAddress = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

test('Share says that only this computer can open the document until the network is let in', async () => {
  // On a computer without a network the app is told a loopback address, and rightly goes on saying what it says.
  const anna = await ElectronApp.start(home, 'anna', { networkAddress: ownAddress ?? '127.0.0.2' });
  const host = `${ownAddress ?? '127.0.0.2'}:${new URL(await anna.relayUrl()).port}`;
  const document = await DocumentPage.create(anna);
  await document.type('for the network');
  await document.saved();
  await document.page.getByRole('button', { name: 'Share', exact: true }).click();
  const onlyHere = document.page.getByText('Only people on this computer can open this.');
  await onlyHere.waitFor();
  await document.page.getByRole('button', { name: 'Let this network join' }).click();
  await waitFor('the network to be open', async () => {
    const relay = await anna.relay();
    return relay.state === 'running' && relay.networkOpen && relay.networkUrls.includes(`http://${host}`);
  });
  if (ownAddress === undefined) await onlyHere.waitFor();
  else await document.page.getByText(`People on this network can open this at ${host}.`).waitFor();
  const link = document.page.locator(`[data-share="app-link"]`);
  await waitFor(
    'the link to name the network',
    async () => (await link.inputValue()) === `inkroom://${host}/${document.documentId}?plain`,
  );
});

test('a link opens the document at the relay it names, also from another computer’s own library', async () => {
  const anna = await ElectronApp.start(home, 'anna');
  const document = await DocumentPage.create(anna);
  await document.type('for elsewhere');
  await document.saved();
  const link = `inkroom://${new URL(await anna.relayUrl()).host}/${document.documentId}?plain`;
  const elsewhere = await newHome();
  try {
    const berta = await ElectronApp.start(elsewhere, 'berta', { args: [link] });
    const bertas = await DocumentPage.inWindow(berta);
    await bertas.shows('for elsewhere');
    await bertas.type(', from elsewhere');
    await document.shows('for elsewhere, from elsewhere');
    await berta.quit();
  } finally {
    await cleanUp(elsewhere);
  }
});
