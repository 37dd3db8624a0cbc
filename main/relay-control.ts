import { connect } from 'node:net';

/** What a running relay tells its owner's profiles about itself. */
export interface RelayStatus {
  readonly url: string;
  readonly networkUrls: readonly string[];
  readonly networkOpen: boolean;
}

/** Answers come from the same computer; a relay that takes longer is not there. */
const answerWithinMs = 3000;

/** The instance name of the relay at an address, or undefined if none answers there. */
export async function relayInstance(url: string): Promise<string | undefined> {
  const { name, instance } = await ask(new URL('/health', url)).catch(() => ({}) as Fields);
  return name === 'inkroom-relay' && typeof instance === 'string' ? instance : undefined;
}

/** Asks a relay how it can be reached. */
export async function relayStatus(url: string, token: string): Promise<RelayStatus> {
  return statusFrom(
    await ask(new URL('/control/status', url), { headers: { authorization: `Bearer ${token}` } }),
  );
}

/** Lets people on this network join through a relay, or stops that, and gives how it can be reached then. */
export async function openRelayNetwork(url: string, token: string, open: boolean): Promise<RelayStatus> {
  const answer = await ask(new URL('/control/network', url), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ open }),
  });
  return statusFrom(answer);
}

/** Settles once the program at an address has closed its end: a killed one does so at once. Never rejects. */
export function connectionEnd(url: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port) });
    const end = () => {
      signal.removeEventListener('abort', end);
      socket.destroy();
      resolve();
    };
    socket.on('error', end);
    socket.on('close', end);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}

type Fields = Readonly<Record<string, unknown>>;

async function ask(url: URL, init: RequestInit = {}): Promise<Fields> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(answerWithinMs) });
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw new Error(`${url.pathname} was answered with ${response.status}`);
  return typeof body === 'object' && body !== null ? { ...body } : {};
}

function statusFrom({ url, networkUrls, networkOpen }: Fields): RelayStatus {
  if (typeof url !== 'string' || typeof networkOpen !== 'boolean' || !Array.isArray(networkUrls)) {
    throw new Error('The relay answered in an unknown form');
  }
  return { url, networkOpen, networkUrls: networkUrls.filter((each) => typeof each === 'string') };
}
