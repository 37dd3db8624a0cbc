import type { IncomingMessage } from 'node:http';

/** What proxies add, one or another of them. */
const proxyHeaders = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
];

/**
 * Whether a program on this computer asks, by a name of this computer. A proxy on it connects from loopback for anyone: most
 * say so in a header, and one that says nothing has to pass on the name that was asked for, or nobody could join through it.
 */
export function isFromThisComputer({ headers, socket }: IncomingMessage): boolean {
  const address = socket.remoteAddress ?? '';
  const isProxied = proxyHeaders.some((name) => headers[name] !== undefined);
  return !isProxied && isLoopback(address) && isNameOfLoopback(headers.host ?? '');
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./u.test(address);
}

/** Of a `Host` header, whatever its port is. */
function isNameOfLoopback(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/iu.test(host);
}
