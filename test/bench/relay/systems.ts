import { inProject } from '../../../scripts/places.ts';
import { relayEnvironment, relayProgram } from '../../../scripts/relay-program.ts';
import type { Edits, OnEdit } from './edits.ts';
import { SealedEdits, YjsEdits } from './edits.ts';
import { HocuspocusMember } from './hocuspocus-member.ts';
import { InkroomMember } from './inkroom-member.ts';
import { BareWebSocketMember, YWebSocketMember } from './plain-members.ts';
import { ServerProcess } from './server-process.ts';
import { SocketIoMember } from './socket-io-members.ts';

/** One client of a room on a server under measurement. */
export interface BenchMember {
  /** Resolves when the member gets everything that is sent in the room. */
  readonly ready: Promise<void>;
  /** Data frames and bytes it was sent. */
  readonly frames: number;
  readonly bytes: number;
  readonly closed: boolean;
  send(edit: Uint8Array): void;
  close(): void;
}

export interface ConnectOptions {
  readonly port: number;
  readonly room: string;
  /** Set for probes: the others only count. */
  readonly onEdit?: OnEdit | undefined;
}

/** A server under measurement, and clients that speak its protocol. */
export interface System {
  readonly name: SystemName;
  makeEdits(): Edits;
  start(prepare?: (folder: string) => Promise<void>): Promise<ServerProcess>;
  connect(options: ConnectOptions): BenchMember;
}

export type SystemName =
  | 'Inkroom'
  | 'Hocuspocus'
  | 'y-websocket'
  | 'y-socket.io'
  | 'bare ws'
  | 'bare Socket.IO'
  | 'bare Socket.IO, msgpack';

const peer = (name: string) => inProject('test', 'bench', 'peers', name);
const peerModule = (...parts: string[]) => inProject('test', 'bench', 'node_modules', ...parts);
/** All load comes from one address, which the relay's limits do not expect; what they cost is still paid. */
const oneAddress = [
  'max-unjoined',
  'max-per-address',
  'max-unjoined-per-address',
  'joins-per-second',
  'documents-per-minute',
  'document-burst',
].flatMap((option) => [`--${option}`, '10000']);
const sealed = () => new SealedEdits();
const yjs = () => new YjsEdits();
const startPeer = (file: string, env: Readonly<Record<string, string>> = {}) => {
  return () => ServerProcess.start(() => [file], { env });
};

/** All of them: the relay first, then servers that do a comparable job, then the least that a server must do. */
export const systems: { readonly [Name in SystemName]: System & { readonly name: Name } } = {
  Inkroom: {
    name: 'Inkroom',
    makeEdits: sealed,
    start: (prepare) =>
      ServerProcess.start(
        (port, folder) => [...relayProgram, ...['--port', String(port), '--data', folder], ...oneAddress],
        { prepare, env: relayEnvironment },
      ),
    connect: (options) => new InkroomMember(options),
  },
  Hocuspocus: {
    name: 'Hocuspocus',
    makeEdits: yjs,
    start: startPeer(peer('hocuspocus.mjs')),
    connect: (options) => new HocuspocusMember(options),
  },
  'y-websocket': {
    name: 'y-websocket',
    makeEdits: yjs,
    start: startPeer(peerModule('@y', 'websocket-server', 'dist', 'server.cjs')),
    connect: (options) => new YWebSocketMember(options),
  },
  'y-socket.io': {
    name: 'y-socket.io',
    makeEdits: yjs,
    start: startPeer(peerModule('y-socket.io', 'dist', 'server', 'server.js')),
    connect: (options) => new SocketIoMember('y-socket.io', options),
  },
  'bare ws': {
    name: 'bare ws',
    makeEdits: sealed,
    start: startPeer(peer('bare-ws.mjs')),
    connect: (options) => new BareWebSocketMember(options),
  },
  'bare Socket.IO': {
    name: 'bare Socket.IO',
    makeEdits: sealed,
    start: startPeer(peer('bare-socket-io.mjs')),
    connect: (options) => new SocketIoMember('default', options),
  },
  'bare Socket.IO, msgpack': {
    name: 'bare Socket.IO, msgpack',
    makeEdits: sealed,
    start: startPeer(peer('bare-socket-io.mjs'), { PARSER: 'msgpack' }),
    connect: (options) => new SocketIoMember('msgpack', options),
  },
};
