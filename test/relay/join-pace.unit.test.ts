import { expect, test } from 'vitest';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import { MemoryRelay, settled } from './memory-relay.ts';
import { newDocument } from './test-document.ts';

test('[J8] a connection may join twenty times at once and then once a second; faster is refused too-fast', async () => {
  const memory = new MemoryRelay(new MemoryLogStore());
  const document = newDocument();
  const member = memory.connect();
  const join = async () => {
    member.join(document, { create: true });
    await settled();
    return member.all('joined').length;
  };
  for (let number = 1; number <= 20; number++) expect(await join()).toBe(number);
  memory.clock.pass(1000);
  expect(await join()).toBe(21);
  expect(await join()).toBe(21);
  expect(member.all('refused')).toMatchObject([{ code: 'too-fast' }]);
  expect(member.closed).toBe(true);
  expect((await memory.join(document)).all('joined'), 'the other connections go on').toHaveLength(1);
});
