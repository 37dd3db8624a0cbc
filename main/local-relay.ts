import { setTimeout as delay } from 'node:timers/promises';
import { appFiles } from './app-files.ts';
import type { EmbeddedRelay } from './bridge.ts';
import { RelayKeeper } from './embedded-relay.ts';
import { pageOrigin } from './page-scheme.ts';
import { forkRelay } from './relay-child.ts';
import { connectionEnd, openRelayNetwork, relayInstance, relayStatus } from './relay-control.ts';
import { RelayFiles } from './relay-files.ts';
import { strings } from './strings.ts';

/** The relay of this computer as a process of this app, on the real file system and network. */
export function keepLocalRelay(home: string, changed: (relay: EmbeddedRelay) => void): RelayKeeper {
  const files = new RelayFiles(home);
  const token = async () => {
    const text = await files.token();
    if (text === undefined) throw new Error(strings.relayNotRunning);
    return text;
  };
  return new RelayKeeper(
    {
      readAddress: () => files.address(),
      writeAddress: (address) => files.writeAddress(address),
      instanceAt: relayInstance,
      status: async (url) => relayStatus(url, await token()),
      openNetwork: async (url, open) => openRelayNetwork(url, await token(), open),
      connectionEnd,
      fork: (port) => forkRelay(appFiles.relay, relayArguments(files, port)),
      wait: (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined),
      random: Math.random,
      nowMs: () => performance.now(),
    },
    changed,
  );
}

function relayArguments(files: RelayFiles, port: number): readonly string[] {
  const addresses = (process.env.INKROOM_NETWORK_ADDRESSES ?? '')
    .split(',')
    .filter((address) => address !== '');
  return [
    ...['--host', '127.0.0.1', '--port', String(port), '--data', files.folder],
    ...['--web', appFiles.page, '--origin', pageOrigin],
    ...['--control-token-file', files.tokenFile, '--exit-with-parent'],
    ...addresses.flatMap((address) => ['--network-address', address]),
  ];
}
