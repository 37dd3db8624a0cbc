import type { ClientMessage, Join } from '../protocol/client-messages.ts';
import { limits } from '../protocol/limits.ts';
import { nonceBytes } from '../protocol/proof.ts';
import type { RefusalCode } from '../protocol/refusals.ts';
import { encodeRelayMessage } from '../protocol/relay-messages.ts';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import { refusalOfJoin } from './admission.ts';
import { FloodGate } from './flood-gate.ts';
import { HeldAppends } from './held-appends.ts';
import { readClientMessage } from './incoming.ts';
import { JoinLimit } from './join-limit.ts';
import { JoinTimer } from './join-timer.ts';
import type { MemberLink } from './member-link.ts';
import { MemberRequests } from './member-requests.ts';
import type { Membership } from './membership.ts';
import type { MembershipOwner } from './membership-owner.ts';
import { RateLimit } from './rate-limit.ts';
import type { Relay } from './relay.ts';
import { enterRoom } from './room-entrance.ts';

/** What a connection is to the relay. A joined one is catching up or live, which its membership knows. */
type MemberState =
  | { readonly state: 'greeted' }
  | { readonly state: 'joining' }
  | { readonly state: 'joined'; readonly membership: Membership }
  | { readonly state: 'closed' };

/** One connection to the relay's core: greets it, lets it join, and hands on what it asks of its room (rules J and R). */
export class Member implements MembershipOwner {
  readonly link: MemberLink;
  readonly #relay: Relay;
  readonly #nonce: Uint8Array;
  readonly #rate: RateLimit;
  readonly #rateOfAddress: RateLimit;
  #state: MemberState = { state: 'greeted' };
  readonly #requests: MemberRequests;
  readonly #heldAppends = new HeldAppends();
  readonly #gate: FloodGate;
  readonly #joins: JoinLimit;
  readonly #joinTimer: JoinTimer;

  constructor(relay: Relay, link: MemberLink) {
    this.#relay = relay;
    this.link = link;
    this.#nonce = relay.random(nonceBytes);
    const { clock, addresses } = relay;
    this.#gate = new FloodGate(clock, addresses.turnsOf(link.remoteAddress), this.#heldAppends, {
      setReading: (reads) => link.setReading(reads),
      waitsForTurn: (waits) => {
        if (waits) this.#joinTimer.pause();
        else this.#joinTimer.resume();
      },
      take: (sent, payload) => this.#take(sent, payload),
    });
    this.#requests = new MemberRequests(this, relay, this.#heldAppends);
    this.#rate = new RateLimit(relay.config.rate, relay.clock.now());
    this.#rateOfAddress = relay.addresses.messagesOf(link.remoteAddress);
    this.#joins = new JoinLimit(relay.addresses, link.remoteAddress, relay.clock);
    const { joinWithinMs } = relay.config;
    this.#joinTimer = new JoinTimer(clock, joinWithinMs, () => {
      if (!this.joined) this.refuseAndClose('wrong-state', `no join within ${joinWithinMs} ms`);
    });
  }

  /** Whether it is in a room. */
  get joined(): boolean {
    return this.#state.state === 'joined';
  }

  /** Sends `hello`; the member must join soon (rule J1). */
  greet(): void {
    const { token, entryBytes } = this.#relay.config;
    const message = {
      version: PROTOCOL_VERSION,
      nonce: this.#nonce,
      tokenRequired: token !== undefined,
      entryBytes,
    };
    this.link.send('hello', encodeRelayMessage({ event: 'hello', message }));
    this.#joinTimer.start();
  }

  /** Takes one event of the client with its untrusted payload. Never throws for what is in it. */
  receive(event: string, payload: Uint8Array): void {
    if (this.#state.state === 'closed') return;
    const now = this.#relay.clock.now();
    if (!this.#rate.take(payload.length, now) || !this.#rateOfAddress.take(payload.length, now)) {
      this.refuseAndClose(
        'too-fast',
        'more messages or bytes than the relay takes from one connection or address',
      );
      return;
    }
    if (!this.#gate.pass(event, payload))
      this.refuseAndClose('too-fast', 'too many messages without an acknowledgement');
  }

  #take(event: string, payload: Uint8Array): void {
    const read = readClientMessage(event, payload);
    if (read.ok) this.#handle(read.value);
    else if (read.code === 'wrong-version') this.refuse(read.code, read.reason);
    else this.refuseAndClose(read.code, read.reason);
  }

  /** The connection is gone: the member leaves its room, and what it had not finished uploading is discarded. */
  disconnected(): void {
    this.#leaveRoom();
    this.#joinTimer.stop();
    this.#gate.close();
    this.#state = { state: 'closed' };
    this.#relay.forget(this);
  }

  /** Tells the client no; `ref` names the append or upload that is answered (rule R1). */
  refuse(code: RefusalCode, detail: string, ref?: number): void {
    this.#gate.refused();
    const message = { code, ref, detail: detail.slice(0, limits.detailChars) };
    this.link.send('refused', encodeRelayMessage({ event: 'refused', message }));
  }

  /** Tells the client no and closes its connection (rule R2). */
  refuseAndClose(code: RefusalCode, detail: string): void {
    this.refuse(code, detail);
    this.disconnected();
    this.link.close();
  }

  refuseAppend(code: RefusalCode, ref: number, detail: string): void {
    this.#requests.refuseAppend(code, ref, detail, this.#membership);
  }

  lostStream(code: 'store-failed' | 'rejoin-first', detail: string): void {
    if (code === 'store-failed') this.#relay.warn(`stream of ${this.link.remoteAddress} ended: ${detail}`);
    this.#leaveRoom();
    this.refuse(code, detail);
  }

  appendHeld(bytes: number): void {
    this.#heldAppends.add(bytes);
  }

  appendReleased(bytes: number): void {
    this.#heldAppends.remove(bytes);
    this.#gate.appendReleased();
  }

  get #membership(): Membership | undefined {
    return this.#state.state === 'joined' ? this.#state.membership : undefined;
  }

  #handle(sent: ClientMessage): void {
    if (sent.event === 'join') this.#join(sent.message);
    else if (sent.event === 'leave') this.#leaveRoom();
    else this.#requests.take(sent, this.#membership);
  }

  #join(join: Join): void {
    this.#leaveRoom();
    if (!this.#joins.takeJoin()) {
      this.refuseAndClose('too-fast', 'more joins than the relay takes from one connection or address');
      return;
    }
    this.#requests.joins();
    const { publicHosts, token } = this.#relay.config;
    const { requestedHost } = this.link;
    const refusal = this.#relay.closing
      ? { code: 'closing' as const, detail: '' }
      : refusalOfJoin(join, { nonce: this.#nonce, requestedHost, publicHosts, token });
    if (refusal !== undefined) {
      this.refuse(refusal.code, refusal.detail);
      return;
    }
    const joining = { state: 'joining' } as const;
    this.#state = joining;
    const isCurrent = () => this.#state === joining;
    const entrance = enterRoom(this.#relay, join, {
      owner: this,
      isCurrent,
      takeDocument: () => this.#joins.takeDocument(),
      entered: (membership) => {
        this.#state = { state: 'joined', membership };
        this.#relay.moved(this);
        this.#joinTimer.stop();
      },
      stayedOutside: () => {
        this.#state = { state: 'greeted' };
      },
    });
    entrance.catch((error: unknown) => {
      const detail = error instanceof Error ? error.message : String(error);
      this.#relay.warn(`join from ${this.link.remoteAddress} failed: ${detail}`);
      if (!isCurrent()) return;
      this.#state = { state: 'greeted' };
      this.refuse(this.#relay.refusalOf(error), detail);
    });
  }

  #leaveRoom(): void {
    const { state } = this.#state;
    this.#membership?.leave();
    if (state !== 'joined' && state !== 'joining') return;
    this.#state = { state: 'greeted' };
    // A join that never ends is not a way to stay outside for ever.
    if (state === 'joining') return;
    this.#relay.moved(this);
    this.#joinTimer.start();
  }
}
