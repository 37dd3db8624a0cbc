import { afterAll, beforeAll } from 'vitest';
import { openWebRoom, type WebRoom } from './web-people.ts';

/** A room that is open from before the first test of the file that calls this until after its last one. */
export function roomOfThisFile(relayArgs: readonly string[] = []): WebRoom {
  let opened: WebRoom | undefined;
  const room = () => {
    if (opened === undefined) throw new Error('the room of this file is not open');
    return opened;
  };
  beforeAll(async () => {
    opened = await openWebRoom(relayArgs);
  });
  afterAll(() => opened?.close());
  return {
    get browser() {
      return room().browser;
    },
    get data() {
      return room().data;
    },
    get relay() {
      return room().relay;
    },
    killRelay: () => room().killRelay(),
    restartRelay: () => room().restartRelay(),
    person: (options) => room().person(options),
    close: () => room().close(),
  };
}
