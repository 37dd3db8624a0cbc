import type { Socket } from 'node:net';
import { encodeClientMessage } from '../../protocol/client-messages.ts';
import { encodeFrame } from '../../protocol/frame-parser.ts';
import { askRaw, requestHead, sendAndCut, sendRaw } from '../relay/raw-http.ts';
import { RawPolling } from '../relay/raw-polling.ts';
import { RawWebSocket } from '../relay/raw-web-socket.ts';
import { text } from './hostile-bytes.ts';
import { ending } from './hostile-frames.ts';
import { texts } from './hostile-layers.ts';
import { aftermath, posts } from './hostile-posts.ts';
import type { Carrier, HostileRequest } from './hostile-run.ts';
import { PollingLine } from './polling-line.ts';

const append = encodeFrame(
  'append',
  encodeClientMessage({ event: 'append', message: { ref: 1, entry: Uint8Array.of(1) } }),
);
const appendPacket = `b${Buffer.from(append).toString('base64')}`;

/** Bodies that never come to their end; the oldest connections are given up for new ones. */
const unfinished: Socket[] = [];
const mostUnfinished = 40;

/** Whether a session that nobody else polls is still one. */
async function isOver(polling: RawPolling): Promise<string> {
  const { status, packets } = await polling.poll();
  return status === 400 || packets.includes('1') ? 'closed' : 'goes on';
}

/** The statuses with which requests with these queries are answered, and what comes of the session beside them. */
async function asked(line: PollingLine, method: string, ...queries: readonly string[]): Promise<string> {
  const statuses = new Set<unknown>();
  for (const query of queries)
    statuses.add(await askRaw(line.url, requestHead(method, `/socket.io/?${query}`, 'Content-Length: 0')));
  return `${[...statuses].join(' ')}, ${await aftermath(line)}`;
}

const sidOf = ({ polling }: PollingLine) => /sid=([^&]*)/.exec(polling.path)?.[1] ?? '';

/** Requests that are wrong for the session, or for any. */
const requests: Readonly<Record<string, HostileRequest<PollingLine>>> = {
  'a second GET while one waits': {
    // Where it came between two polls, it is the other one that is the second.
    expected: ['400, closed', '200, closed'],
    run: async (line) =>
      `${await askRaw(line.url, requestHead('GET', line.polling.path))}, ${await aftermath(line)}`,
  },
  'a GET that is cut': {
    expected: ['closed'],
    run: async ({ url }) => {
      const polling = await RawPolling.opened(url);
      await polling.post('40');
      await polling.poll();
      await sendAndCut(url, requestHead('GET', polling.path));
      return await isOver(polling);
    },
  },
  'a session that is none': {
    expected: ['400, goes on'],
    run: async (line, random) => {
      const sid = random.pick(['x', '%00', '__proto__', 'constructor', 'toString', 'a'.repeat(5000)]);
      const query = `EIO=4&transport=polling&sid=${sid}`;
      return await asked(line, random.pick(['GET', 'POST', 'PUT']), query);
    },
  },
  'a session that is over': {
    expected: ['400, 400, goes on'],
    run: async (line) => {
      const polling = await RawPolling.opened(line.url);
      await polling.post('1');
      const status = await polling.post(appendPacket);
      return `${status}, ${(await polling.poll()).status}, ${await aftermath(line)}`;
    },
  },
  'a POST without a session': {
    expected: ['400, goes on'],
    run: (line) => asked(line, 'POST', 'EIO=4&transport=polling', 'EIO=4&transport=polling&sid='),
  },
  'another version of engine.io': {
    expected: ['400, goes on'],
    run: (line, random) => {
      const query = `EIO=${random.pick(['3', '5', '', '4&EIO=3'])}&transport=polling`;
      return asked(line, 'GET', query, `${query}&sid=${sidOf(line)}`);
    },
  },
  'another transport than the session has': {
    expected: ['400, goes on'],
    run: (line, random) => {
      const transport = random.pick(['websocket', 'webtransport', 'x', '__proto__', '']);
      return asked(line, 'GET', `EIO=4&transport=${transport}&sid=${sidOf(line)}`);
    },
  },
  'another method': {
    expected: ['500, goes on'],
    run: (line, random) =>
      asked(line, random.pick(['PUT', 'DELETE', 'PATCH']), `EIO=4&transport=polling&sid=${sidOf(line)}`),
  },
  'messages before the connect': {
    expected: ['closed'],
    run: async ({ url }) => {
      const polling = await RawPolling.opened(url);
      await polling.post(appendPacket);
      return await isOver(polling);
    },
  },
  'POSTs of a session that nobody polls': {
    expected: ['200, goes on'],
    run: async ({ url }) => {
      const polling = await RawPolling.opened(url);
      const statuses = new Set([await polling.post('40')]);
      for (let post = 0; post < 20; post++)
        statuses.add(await polling.post(Array(20).fill(appendPacket).join('\u001e')));
      const came = `${[...statuses].join(' ')}, ${await isOver(polling)}`;
      await polling.post('1');
      return came;
    },
  },
  'a body that stops coming': {
    expected: ['goes on'],
    run: async (line) => {
      const { path } = await RawPolling.opened(line.url);
      unfinished.push(await sendRaw(line.url, requestHead('POST', path, 'Content-Length: 1000'), '4'));
      if (unfinished.length > mostUnfinished) unfinished.shift()?.destroy();
      return await aftermath(line);
    },
  },
  'a session of JSONP': {
    expected: ['200, 400, closed'],
    run: async ({ url }, random) => {
      const address = `${url}/socket.io/?EIO=4&transport=polling`;
      const opened = await fetch(`${address}&j=${random.pick(['0', 'x', '"'])}`);
      const [, sid] = /sid\\":\\"([^"\\]+)/.exec(await opened.text()) ?? [];
      const packets = random.pick(['9', '', Array(5000).fill(appendPacket).join('\u001e')]);
      const posted = await fetch(`${address}&sid=${sid}`, {
        method: 'POST',
        body: new URLSearchParams({ d: packets }),
      });
      await posted.text();
      const polled = await fetch(`${address}&sid=${sid}`);
      await polled.text();
      return `${posted.status}, ${polled.status}, ${polled.status === 400 ? 'closed' : 'goes on'}`;
    },
  },
  'bytes that are no HTTP': {
    expected: ['400, goes on'],
    run: async (line, random) => {
      const junk = random.pick(['\u0016\u0003\u0001', 'GET /socket.io/\r\n\r\n', 'x'.repeat(100), '\r\nGET']);
      return `${await askRaw(line.url, `${junk}\r\n\r\n`)}, ${await aftermath(line)}`;
    },
  },
  'a head over its limit': {
    expected: ['431, goes on'],
    run: async (line, random) => {
      const header = `X-A: ${'a'.repeat(20_000 + random.below(100_000))}`;
      return `${await askRaw(line.url, requestHead('GET', line.polling.path, header))}, ${await aftermath(line)}`;
    },
  },
  'a move of the session to a WebSocket that says something else': {
    expected: ['goes on'],
    run: async (line, random) => {
      const raw = await RawWebSocket.open(line.url, { query: `&sid=${sidOf(line)}` });
      raw.bytes(text(random.pick(['x', '5', '2', '40', '4', '1'])));
      const came = await aftermath(line);
      raw.close();
      return came;
    },
  },
};

/** Attacks over HTTP long-polling. */
export const overPolling: Carrier<PollingLine> = {
  open: (url) => PollingLine.greeted(url),
  last: {
    ...ending,
    ...texts,
    // Over HTTP one of these ends the session.
    'packets of engine.io at the wrong time': {
      ...texts['packets of engine.io at the wrong time'],
      expected: ['nothing', 'closed'],
    },
    ...posts,
    ...requests,
  },
};
