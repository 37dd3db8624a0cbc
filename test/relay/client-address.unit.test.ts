import { expect, test } from 'vitest';
import { ClientAddresses } from '../../relay-server/client-address.ts';

test('[G8] X-Forwarded-For is believed from trusted proxies only, and only what they themselves wrote', () => {
  const addresses = new ClientAddresses(['127.0.0.1', '10.0.0.0/8', '2001:db8::/32']);
  const cases: readonly (readonly [from: string, header: string | undefined, client: string])[] = [
    ['127.0.0.1', undefined, '127.0.0.1'],
    ['127.0.0.1', '203.0.113.7', '203.0.113.7'],
    ['::ffff:127.0.0.1', '203.0.113.7', '203.0.113.7'],
    ['2001:db8::1', '2a00::7', '2a00::7'],
    ['198.51.100.1', '203.0.113.7', '198.51.100.1'],
    ['127.0.0.1', '6.6.6.6, 203.0.113.7', '203.0.113.7'],
    ['127.0.0.1', '6.6.6.6, 203.0.113.7, 10.1.2.3', '203.0.113.7'],
    ['127.0.0.1', '10.1.2.3', '10.1.2.3'],
    ['127.0.0.1', 'unknown', '127.0.0.1'],
    ['127.0.0.1', '', '127.0.0.1'],
    ['127.0.0.1', `${'1.1.1.1,'.repeat(1000)}203.0.113.7`, '203.0.113.7'],
  ];
  for (const [from, header, client] of cases)
    expect(addresses.of(from, header), `${from} ${header}`).toBe(client);
  expect(new ClientAddresses([]).of('127.0.0.1', '203.0.113.7')).toBe('127.0.0.1');
});
