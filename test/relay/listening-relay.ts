import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import { RelayServer } from '../../relay-server/server.ts';
import type { RelayServerOptions } from '../../relay-server/server-options.ts';
import { RawMember } from './raw-member.ts';
import type { TestDocument } from './test-document.ts';

/** A relay on a free port over a store in memory, and the members that a test made, closed together. */
export class ListeningRelay {
  readonly server: RelayServer;
  readonly store: MemoryLogStore;
  /** What it warned of. */
  readonly warnings: string[];
  readonly #members: RawMember[] = [];

  private constructor(server: RelayServer, store: MemoryLogStore, warnings: string[]) {
    this.server = server;
    this.store = store;
    this.warnings = warnings;
  }

  static async start(options: Partial<RelayServerOptions> = {}): Promise<ListeningRelay> {
    const store = new MemoryLogStore();
    const warnings: string[] = [];
    const server = await RelayServer.listen({
      host: '127.0.0.1',
      port: 0,
      store,
      warn: (line) => warnings.push(line),
      ...options,
    });
    return new ListeningRelay(server, store, warnings);
  }

  get url(): string {
    return this.server.url;
  }

  /** A connection that has been greeted. */
  async connect(transports?: readonly string[]): Promise<RawMember> {
    const member = await RawMember.connect(this.url, transports);
    this.#members.push(member);
    return member;
  }

  /** A member of the document's room, live. */
  async join(document: TestDocument, changes: Parameters<RawMember['join']>[1] = {}): Promise<RawMember> {
    const member = await this.connect();
    await member.join(document, changes);
    await member.liveWith(0);
    return member;
  }

  async close(): Promise<void> {
    for (const member of this.#members) member.close();
    await this.server.close();
  }
}
