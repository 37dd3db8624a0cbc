import type { IncomingMessage } from 'node:http';

/** Whether a program on this computer asks. A proxy on it connects from loopback for anyone, and says so in a header. */
export function isFromThisComputer({ headers, socket }: IncomingMessage): boolean {
  const address = socket.remoteAddress ?? '';
  const proxied = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined;
  return !proxied && (address === '::1' || /^(::ffff:)?127\./u.test(address));
}
