import { encodeClientMessage } from '../../protocol/client-messages.ts';
import { encodeFrame } from '../../protocol/frame-parser.ts';
import { limits } from '../../protocol/limits.ts';
import { waitFor } from '../app/wait-for.ts';
import { askRaw, requestHead, sendAndCut, sendRaw } from '../relay/raw-http.ts';
import { goldenFrame } from './hostile-bytes.ts';
import { type HostileRequest, marker } from './hostile-run.ts';
import type { PollingLine } from './polling-line.ts';

/** Ref of the message by which is seen whether a session goes on. */
const lastRef = 2_000_000_000;
const separator = '\u001e';
/** Packets that a relay takes in one POST. */
const packetsPerPost = 4096;

const packetOf = (frame: Uint8Array) => `b${Buffer.from(frame).toString('base64')}`;
const confirm = packetOf(
  encodeFrame('confirm', encodeClientMessage({ event: 'confirm', message: { bytes: 1 } })),
);

/** Posts the packets and after them one that is always refused: the code of what was refused before, `closed`, or `goes on`. */
export async function aftermath(line: PollingLine, ...packets: readonly string[]): Promise<string> {
  return await aftermathSince(line.messages.length, line, ...packets);
}

async function aftermathSince(
  from: number,
  line: PollingLine,
  ...packets: readonly string[]
): Promise<string> {
  line.packets(...packets);
  line.bytes(marker(lastRef));
  const refusals = () =>
    line.messages.slice(from).flatMap((each) => (each.event === 'refused' ? [each.message] : []));
  const isLast = ({ ref }: { readonly ref?: number | undefined }) => ref === lastRef;
  await waitFor('what came of it', () => line.closed || refusals().some(isLast), {
    seen: () => line.describe(),
  });
  const [first] = refusals();
  return first !== undefined && !isLast(first) ? first.code : line.closed ? 'closed' : 'goes on';
}

/** Head of a POST of this session. */
function postHead({ polling }: PollingLine, ...headers: readonly string[]): string {
  return requestHead('POST', polling.path, 'Content-Type: text/plain;charset=UTF-8', ...headers);
}

/** POSTs whose list of packets is none, or has packets that are none. */
const lists: Readonly<Record<string, HostileRequest<PollingLine>>> = {
  'base64 that is none': {
    expected: ['malformed'],
    run: (line, random) => aftermath(line, `b${random.pick(['', '!!!!', '=', 'é漢', '====', 'bbbbb'])}`),
  },
  'base64 that ends in the middle of a message': {
    expected: ['malformed'],
    run: (line, random) => {
      const packet = packetOf(goldenFrame('join as editor'));
      return aftermath(line, packet.slice(0, 8 + random.below(packet.length - 16)));
    },
  },
  'more packets than a POST may hold': {
    expected: ['closed'],
    run: (line, random) => aftermath(line, ...Array(packetsPerPost + random.below(4000)).fill(confirm)),
  },
  'as many packets as a POST may hold': {
    expected: ['goes on'],
    run: (line) => aftermath(line, ...Array(packetsPerPost - 1).fill(confirm)),
  },
  'packets without anything in them': {
    expected: ['closed'],
    run: (line, random) => aftermath(line, separator.repeat(random.below(500))),
  },
  'more packets of engine.io than it takes in a minute': {
    expected: ['closed'],
    run: (line, random) => aftermath(line, ...Array(100 + random.below(900)).fill('3')),
  },
  'an end of the session, and then more': {
    expected: ['closed'],
    run: (line) => aftermath(line, confirm, '1', confirm),
  },
  'text that is not UTF-8': {
    expected: ['200, malformed'],
    run: async (line) => {
      const from = line.messages.length;
      const body = Buffer.of(0x34, 0xff, 0xfe, 0xc0);
      const status = await askRaw(line.url, postHead(line, `Content-Length: ${body.length}`), body);
      return `${status}, ${await aftermathSince(from, line)}`;
    },
  },
};

/** POSTs whose body is not what their head says, or comes in another way than bodies do. */
const bodies: Readonly<Record<string, HostileRequest<PollingLine>>> = {
  'a body over its limit': {
    expected: ['413, goes on'],
    run: async (line, random) => {
      const body = Buffer.alloc(limits.transportBytes + 1 + random.below(2 * limits.transportBytes), '4');
      const status = await line.polling.post(new Uint8Array(body));
      return `${status}, ${await aftermath(line)}`;
    },
  },
  'a body that is less than it says': {
    expected: ['closed'],
    run: async (line, random) => {
      const length = confirm.length + 1 + random.below(2 ** (1 + random.below(30)));
      await sendAndCut(line.url, postHead(line, `Content-Length: ${length}`), confirm);
      await waitFor('the session to end', () => line.closed, { seen: () => line.describe() });
      return 'closed';
    },
  },
  'a body that is more than it says': {
    // The rest is no request; what comes first of the two answers depends on how the bytes arrive.
    expected: ['400, goes on', '200, goes on'],
    run: async (line) => {
      const head = postHead(line, `Content-Length: ${confirm.length}`).replace('Connection: close\r\n', '');
      return `${await askRaw(line.url, head, `${confirm}${confirm}\r\n\r\n`)}, ${await aftermath(line)}`;
    },
  },
  'chunks whose lengths are none': {
    expected: ['400, closed'],
    run: async (line, random) => {
      const head = postHead(line, 'Transfer-Encoding: chunked');
      const chunk = random.pick(['zz\r\n4\r\n', '-1\r\n4\r\n', 'ffffffffffffffffff\r\n4\r\n']);
      return `${await askRaw(line.url, head, chunk)}, ${await aftermath(line)}`;
    },
  },
  'two lengths at once': {
    expected: ['400, goes on'],
    run: async (line, random) => {
      const second = random.pick(['Transfer-Encoding: chunked', 'Content-Length: 7']);
      const head = postHead(line, 'Content-Length: 5', second);
      return `${await askRaw(line.url, head, '0\r\n\r\n')}, ${await aftermath(line)}`;
    },
  },
  'a length that is none': {
    expected: ['400, goes on'],
    run: async (line, random) => {
      const length = random.pick(['-5', '1e3', '0x10', '9'.repeat(40), '5, 6']);
      return `${await askRaw(line.url, postHead(line, `Content-Length: ${length}`), confirm)}, ${await aftermath(line)}`;
    },
  },
  'a body of bytes': {
    expected: ['400, closed'],
    run: async (line, random) => {
      const body = Buffer.from(random.pick([goldenFrame('append'), Buffer.from(confirm)]));
      const head = requestHead(
        'POST',
        line.polling.path,
        'Content-Type: application/octet-stream',
        `Content-Length: ${body.length}`,
      );
      return `${await askRaw(line.url, head, body)}, ${await aftermath(line)}`;
    },
  },
  'a body that comes byte by byte': {
    expected: ['200, goes on'],
    run: async (line) => {
      const head = postHead(line, `Content-Length: ${confirm.length}`);
      return `${await askRaw(line.url, head, ...confirm)}, ${await aftermath(line)}`;
    },
  },
  'a second POST while the first is on its way': {
    // Where the relay happened to read it first, it is the other one that is the second.
    expected: ['400, closed', '200, closed'],
    run: async (line) => {
      const head = postHead(line, 'Content-Length: 100');
      const first = await sendRaw(line.url, head, confirm);
      await askRaw(line.url, requestHead('GET', '/health'));
      const status = await askRaw(line.url, postHead(line, `Content-Length: ${confirm.length}`), confirm);
      first.destroy();
      return `${status}, ${await aftermath(line)}`;
    },
  },
};

/** What may be wrong with a POST of a session. */
export const posts = { ...lists, ...bodies };
