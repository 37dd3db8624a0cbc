import type { Append, ClientMessage, Join } from '../protocol/client-messages.ts';
import { limits } from '../protocol/limits.ts';
import { nonceBytes } from '../protocol/proof.ts';
import type { RefusalCode } from '../protocol/refusals.ts';
import { encodeRelayMessage } from '../protocol/relay-messages.ts';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import { refusalOfJoin } from './admission.ts';
import { HeldAppends } from './held-appends.ts';
import { readClientMessage } from './incoming.ts';
import { JoinLimit } from './join-limit.ts';
import type { MemberLink } from './member-link.ts';
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

/** One connection to the relay's core: greets it, lets it join, and hands its messages on (rules J, A, U, P and R). */
export class Member implements MembershipOwner {
  readonly link: MemberLink;
  readonly #relay: Relay;
  readonly #nonce: Uint8Array;
  readonly #rate: RateLimit;
  readonly #rateOfAddress: RateLimit;
  #state: MemberState = { state: 'greeted' };
  #appendsRefused = false;
  readonly #held: HeldAppends;
  readonly #joins: JoinLimit;
  #stopJoinTimer: () => void = () => {};

  constructor(relay: Relay, link: MemberLink) {
    this.#relay = relay;
    this.link = link;
    this.#nonce = relay.random(nonceBytes);
    this.#held = new HeldAppends(relay.clock, relay.floodTurns, (reads) => link.setReading(reads));
    this.#rate = new RateLimit(relay.config.rate, relay.clock.now());
    this.#rateOfAddress = relay.addresses.messagesOf(link.remoteAddress);
    this.#joins = new JoinLimit(relay.addresses, link.remoteAddress, relay.clock);
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
    this.#startJoinTimer();
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
    const read = readClientMessage(event, payload);
    if (read.ok) this.#handle(read.value);
    else if (read.code === 'wrong-version') this.refuse(read.code, read.reason);
    else this.refuseAndClose(read.code, read.reason);
  }

  /** The connection is gone: the member leaves its room, and what it had not finished uploading is discarded. */
  disconnected(): void {
    this.#leaveRoom();
    this.#stopJoinTimer();
    this.#state = { state: 'closed' };
    this.#relay.forget(this);
  }

  /** Tells the client no; `ref` names the append or upload that is answered (rule R1). */
  refuse(code: RefusalCode, detail: string, ref?: number): void {
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
    this.refuse(this.#appendsRefused ? 'rejoin-first' : code, detail, ref);
    this.#appendsRefused = true;
    if (this.#state.state === 'joined') this.#state.membership.discardUploads();
  }

  lostStream(code: 'store-failed' | 'rejoin-first', detail: string): void {
    if (code === 'store-failed') this.#relay.warn(`stream of ${this.link.remoteAddress} ended: ${detail}`);
    this.#leaveRoom();
    this.refuse(code, detail);
  }

  appendHeld(bytes: number): void {
    this.#held.add(bytes);
  }

  appendReleased(bytes: number): void {
    this.#held.remove(bytes);
  }

  #handle(sent: ClientMessage): void {
    switch (sent.event) {
      case 'join':
        this.#join(sent.message);
        return;
      case 'append':
        this.#append(sent.message);
        return;
      case 'upload':
        if (sent.message.kind === 'entry') this.#appendingMembership(sent.message.ref)?.upload(sent.message);
        else this.#editing(sent.message.ref)?.snapshot.take(sent.message);
        return;
      case 'presence':
        if (this.#state.state !== 'joined') this.refuse('wrong-state', 'presence before joined');
        else this.#state.membership.setPresence(sent.message);
        return;
      case 'confirm':
        if (this.#state.state === 'joined') this.#state.membership.confirm(sent.message.bytes);
        return;
      case 'leave':
        this.#leaveRoom();
        return;
      case 'snapshot':
        this.#editing(sent.message.ref)?.snapshot.announce(sent.message);
        return;
      case 'milestones':
        this.#editing(sent.message.ref)?.milestones.list(sent.message);
        return;
      case 'milestone':
        this.#editing(sent.message.ref)?.milestones.part(sent.message);
        return;
      default:
        sent satisfies never;
    }
  }

  #join(join: Join): void {
    this.#leaveRoom();
    if (!this.#joins.takeJoin()) {
      this.refuseAndClose('too-fast', 'more joins than the relay takes from one connection or address');
      return;
    }
    this.#appendsRefused = false;
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
        this.#stopJoinTimer();
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

  #append(append: Append): void {
    const membership = this.#appendingMembership(append.ref);
    if (membership === undefined) return;
    if (!this.#held.hasRoomFor(append.entry.length)) {
      this.refuseAndClose('too-fast', 'too many appends without an acknowledgement');
      return;
    }
    membership.append(append);
  }

  /** The membership that may append now; otherwise the append `ref` is refused (rules J7, A4 and A5). */
  #appendingMembership(ref: number): Membership | undefined {
    if (this.#state.state !== 'joined') this.refuseAppend('wrong-state', ref, 'an append before joined');
    else if (this.#appendsRefused) this.refuseAppend('rejoin-first', ref, 'an earlier append was refused');
    else if (this.#relay.closing) this.refuseAppend('closing', ref, '');
    else if (this.#state.membership.role === 'view')
      this.refuseAppend('view-only', ref, 'viewers do not append');
    else if (this.#state.membership.room.full)
      this.refuseAppend('needs-snapshot', ref, 'the log of this room is full');
    else return this.#state.membership;
    return undefined;
  }

  /** The membership of an editor for a request beside the log; otherwise the request `ref` is refused (rules C4, C7 and J7). */
  #editing(ref: number): Membership | undefined {
    if (this.#state.state !== 'joined') this.refuse('wrong-state', 'not joined', ref);
    else if (this.#relay.closing) this.refuse('closing', '', ref);
    else if (this.#state.membership.role === 'view') this.refuse('view-only', 'for editors only', ref);
    else return this.#state.membership;
    return undefined;
  }

  #leaveRoom(): void {
    if (this.#state.state === 'joined') this.#state.membership.leave();
    if (this.#state.state === 'joined' || this.#state.state === 'joining') {
      this.#state = { state: 'greeted' };
      this.#startJoinTimer();
    }
  }

  #startJoinTimer(): void {
    this.#stopJoinTimer();
    const { joinWithinMs } = this.#relay.config;
    this.#stopJoinTimer = this.#relay.clock.setTimer(() => {
      if (this.#state.state !== 'joined')
        this.refuseAndClose('wrong-state', `no join within ${joinWithinMs} ms`);
    }, joinWithinMs);
  }
}
