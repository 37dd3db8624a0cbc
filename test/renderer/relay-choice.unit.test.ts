import { describe, expect, it } from 'vitest';
import type { EmbeddedRelay } from '../../main/bridge.ts';
import { namedRelay } from '../../renderer/relay-choice.ts';

const own: EmbeddedRelay = {
  state: 'running',
  url: 'http://127.0.0.1:4040',
  networkUrls: ['http://192.168.1.5:4040', 'http://10.0.0.7:4040'],
  networkOpen: true,
};

describe('a relay named by an address', () => {
  it('is this computer’s own by each of its addresses, so that a record does not move to one that changes', () => {
    expect(namedRelay('http://127.0.0.1:4040', own)).toBe('local');
    expect(namedRelay('http://192.168.1.5:4040', own)).toBe('local');
    expect(namedRelay('http://10.0.0.7:4040', own)).toBe('local');
  });

  it('is another one by any other address', () => {
    for (const url of ['http://192.168.1.5:4041', 'https://192.168.1.5:4040', 'https://relay.example.org'])
      expect(namedRelay(url, own)).toEqual({ url });
  });

  it('is another one while the own one does not run', () => {
    const url = 'http://192.168.1.5:4040';
    expect(namedRelay(url, { state: 'starting' })).toEqual({ url });
    expect(namedRelay(url, { state: 'failed', message: 'no port' })).toEqual({ url });
  });
});
