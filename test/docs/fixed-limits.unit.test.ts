import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import {
  arrivalPace,
  connectionsWorth,
  maxRemembered,
  mostOwed,
  refusalPace,
  tcpPace,
  unansweredWorth,
  uploadPace,
} from '../../relay-server/addresses.ts';
import { mostAudienceMembers } from '../../relay-server/audience.ts';
import { maxPacketsPerPost } from '../../relay-server/engine-connection.ts';
import { besideLog, floodFrom, floodPace, pieceCount } from '../../relay-server/flood-gate.ts';
import { longestPaidMs } from '../../relay-server/flood-turns.ts';
import { mostHeld } from '../../relay-server/held-appends.ts';
import { httpTimes, maxHeaderBytes, maxUnansweredRequests } from '../../relay-server/http-server.ts';
import { joinPace } from '../../relay-server/join-limit.ts';
import { mostPending } from '../../relay-server/member-milestones.ts';
import { uploadPauseMs } from '../../relay-server/member-uploads.ts';
import type { Pace } from '../../relay-server/rate-limit.ts';
import { defaultRelayConfig } from '../../relay-server/relay-config.ts';
import { snapshotPace } from '../../relay-server/snapshot-paces.ts';
import { maxBacklogBytes } from '../../relay-server/socket-link.ts';
import { restPerSync } from '../../relay-server/sync-turns.ts';
import { maxUnsentBytes } from '../../relay-server/tcp-connections.ts';
import { controlPace } from '../../relay-server/transport-guard.ts';
import { mostBytes as mostUnpublished } from '../../relay-server/unpublished-entries.ts';
import { uploadPaces } from '../../relay-server/upload-slots.ts';
import { inProject } from '../../scripts/places.ts';

const kib = (bytes: number) => `${bytes / 1024} KiB`;
const mib = (bytes: number) => `${bytes / 1024 / 1024} MiB`;
const seconds = (ms: number) => `${ms / 1000} s`;
const pace = ({ burst, perSecond }: Pace) => `${burst.toLocaleString('en')}, then ${perSecond}/s`;
const { joinsPerSecond } = defaultRelayConfig;

/** Every row of the page's table of what cannot be set, as the code has it; undefined where that has no number. */
const fixed: Readonly<Record<string, string | undefined>> = {
  'one message': mib(limits.transportBytes),
  'payload of one event': `${kib(limits.chunkBytes)} and a header`,
  'presence of one member': kib(limits.presenceBytes),
  'pause of an upload': seconds(uploadPauseMs),
  'pace of an upload, over its time': `${kib(uploadPaces.leastBytesPerSecond)}/s`,
  'the same, while no place is free': `${kib(uploadPaces.busyBytesPerSecond)}/s`,
  'uploads of one address, one after another': pace(uploadPace),
  'joins of one connection': pace(joinPace),
  'messages held for one connection': `${mostHeld.count}, ${mib(mostHeld.bytes)}`,
  'appends not on the disk, after which one floods': `${floodFrom.count}, ${mib(floodFrom.bytes)}`,
  'other messages, after which one floods': pace(besideLog),
  'refusals of one address, after which one floods': pace(refusalPace(joinsPerSecond)),
  'of all that flood at one address': `${floodPace.perSecond}/s, ${mib(floodPace.bytesPerSecond)}/s`,
  'of one that floods, at once': `${pieceCount} messages`,
  'wait of one that floods, at most': seconds(longestPaidMs),
  'appends one write takes': undefined,
  'syncs of uploaded files at once': restPerSync === 2 ? '1, then a rest twice as long' : '',
  'bytes waiting for one connection': mib(maxBacklogBytes),
  'bytes of it in the system': mib(maxUnsentBytes),
  [`entries waiting to be sent to ${mostAudienceMembers} members of a room`]: mib(mostUnpublished),
  'packets below the protocol': pace(controlPace),
  'packets in one POST': maxPacketsPerPost.toLocaleString('en'),
  'requests of HTTP unanswered on a connection': String(maxUnansweredRequests),
  'one that is ended for that': `as ${unansweredWorth} new ones, ${mostOwed.toLocaleString('en')} owed`,
  'snapshots of one document for what was written': `${snapshotPace.burst}, then 1 in ${seconds(snapshotPace.everyMs)}`,
  'questions for older states at once': String(mostPending),
  'addresses remembered': maxRemembered.toLocaleString('en'),
  'messages and bytes of one address': `${connectionsWorth} connections`,
  'connections and joins of one address, in turns': pace(arrivalPace(joinsPerSecond)),
  'connections of TCP of one address': undefined,
  'new ones of TCP of one address': pace(tcpPace(defaultRelayConfig)),
  'headers of HTTP': `${kib(maxHeaderBytes)}, ${seconds(httpTimes.headersMs)}`,
  'one request': seconds(httpTimes.requestMs),
  'a connection on which nothing moves': seconds(httpTimes.idleMs),
  'handshake of TLS': seconds(httpTimes.handshakeMs),
};

test('what cannot be set is on the page of the operator, each with its number and a reason', () => {
  const page = readFileSync(inProject('docs/operating.md'), 'utf8');
  const table = page.split('| What | Limit | Why |\n|---|---|---|\n')[1]?.split('\n\n')[0] ?? '';
  const rows = table.split('\n').map((row) => row.split('|').map((cell) => cell.trim()));
  expect(rows.map(([, what]) => what)).toEqual(Object.keys(fixed));
  for (const [, what = '', limit, why] of rows) {
    expect(limit, what).toBe(fixed[what] ?? limit);
    expect(why, what).not.toBe('');
  }
});
