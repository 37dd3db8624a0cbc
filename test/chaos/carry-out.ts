import type { ChaosRig } from './chaos-rig.ts';
import type { Act } from './plan.ts';
import type { WriterSeat } from './writer-seat.ts';
import { type WritingAct, write } from './writing.ts';

/** An audit waits this long for somebody to say saved, and a foreign relay for the document. */
const claimWithinMs = 3000;
/** An upload begins within this, where the relay is there. */
const uploadWithinMs = 4000;
/** Copies of journals that go on beside their originals; each is one more process. */
const mostClones = 2;

type ClientAct = Exclude<Extract<Act, { readonly client: number }>, WritingAct>;
type RelayAct = Exclude<Act, WritingAct | ClientAct | { readonly type: 'pass' }>;

/** Carries out one act; gives a sentence where that was not possible. */
export async function carryOut(rig: ChaosRig, act: Act): Promise<string | undefined> {
  const done = await oneAct(rig, act);
  await rig.later.pass(0);
  return done;
}

async function oneAct(rig: ChaosRig, act: Act): Promise<string | undefined> {
  switch (act.type) {
    case 'type':
    case 'token':
    case 'filler':
    case 'delete':
    case 'undo':
    case 'redo':
    case 'paste':
      return write(rig, rig.seat(act.client), act);
    case 'pass':
      await rig.later.pass(act.ms);
      return undefined;
    default:
      return 'client' in act ? await toClient(rig, act, rig.seat(act.client)) : await toRelay(rig, act);
  }
}

async function toClient(rig: ChaosRig, act: ClientAct, seat: WriterSeat): Promise<string | undefined> {
  const { later, document } = rig;
  const { line, writer } = seat;
  const startAgain = async () => void (await seat.start(document.id));
  switch (act.type) {
    case 'offline':
      if (writer === undefined) return 'its client is not there';
      writer.tell({ type: 'offline' });
      // Also to one that is stopped by then, which reads it when it goes on.
      later.in(act.ms, () => writer.tell({ type: 'online' }));
      return undefined;
    case 'kill-client':
      await seat.kill();
      later.in(act.ms, startAgain);
      return undefined;
    case 'stop-client':
      if (writer === undefined) return 'its client is not there';
      writer.stop();
      later.in(act.ms, () => {
        if (writer.isRunning) writer.goOn();
      });
      return undefined;
    case 'clone-client': {
      const clones = rig.seats.filter(({ name }) => name.includes('clone')).length;
      if (clones >= mostClones) return 'there are clones enough';
      const clone = await seat.cloneTo(`${seat.name}clone${clones}`);
      rig.seats.push(clone);
      await clone.start(document.id);
      for (const twin of [seat, clone])
        write(rig, twin, { type: 'type', client: act.client, changes: 30, everyMs: 3 });
      return undefined;
    }
    case 'save-profile':
      await seat.saveProfile();
      return undefined;
    case 'restore-profile': {
      await seat.kill();
      const restored = await seat.restoreProfile();
      await startAgain();
      return restored ? undefined : 'no profile was saved';
    }
    case 'jump-client-clock':
      await seat.jumpClock(act.shiftMs);
      return undefined;
    case 'cut':
      if (line.connections === 0) return 'there was no connection';
      line.cut();
      return undefined;
    case 'slow':
      line.slow(act.bytesPerSecond);
      later.in(act.ms, () => line.slow(undefined));
      return undefined;
    case 'hold':
      line.hold(true);
      later.in(act.ms, () => line.hold(false));
      return undefined;
    case 'swallow':
      if (line.connections === 0) return 'there was no connection';
      line.swallow();
      later.in(act.ms, () => line.cut());
      return undefined;
    case 'kill-both':
      await Promise.all([rig.killRelay(), seat.kill()]);
      later.in(act.ms, async () => {
        await Promise.all([rig.relay.start(), startAgain()]);
      });
      return undefined;
    case 'kill-in-upload':
      return await killInUpload(rig, seat, act);
    case 'foreign-relay':
      return await foreignRelay(rig, seat, act.ms);
    default:
      return act satisfies never;
  }
}

async function toRelay(rig: ChaosRig, act: RelayAct): Promise<string | undefined> {
  const { relay, later, document } = rig;
  switch (act.type) {
    case 'kill-relay':
      await rig.killRelay();
      later.in(act.ms, () => relay.start());
      return undefined;
    case 'stop-relay':
      relay.stop();
      later.in(act.ms, () => relay.goOn());
      return relay.isStopped ? undefined : 'the relay is not there';
    case 'fill-disk':
      if (relay.noSmallDisk !== undefined) return relay.noSmallDisk;
      await relay.fill(act.leftBytes);
      later.in(act.ms, async () => {
        await relay.free();
        await relay.start();
      });
      return undefined;
    case 'tear-store': {
      await rig.killRelay();
      const torn = await relay.tear(act.bytes, act.how, rig.random);
      rig.relayExchanged();
      await relay.start();
      return torn > 0 ? undefined : 'there was nothing to tear';
    }
    case 'damage-store': {
      await rig.killRelay();
      const damaged = await relay.damage(act.bytes, rig.random);
      rig.mayBeDamaged = true;
      rig.relayExchanged();
      await relay.start();
      return damaged ? undefined : 'there was nothing to damage';
    }
    case 'save-relay':
      await relay.save();
      return undefined;
    case 'restore-relay': {
      await rig.killRelay();
      await relay.free();
      const restored = await relay.restore();
      if (restored) rig.relayExchanged();
      await relay.start();
      return restored ? undefined : 'no data were saved';
    }
    case 'polling-only':
      await rig.killRelay();
      relay.isPollingOnly = !relay.isPollingOnly;
      await relay.start();
      return undefined;
    case 'jump-relay-clock':
      await relay.jumpClock(act.shiftMs);
      return undefined;
    case 'repeat-entries': {
      if (!relay.isRunning || relay.isStopped) return 'the relay is not there';
      const url = `http://127.0.0.1:${relay.port}`;
      return await document.repeating.repeat(url, act.entries, rig.random);
    }
    case 'audit': {
      const before = rig.claims;
      for (const seat of rig.seats) write(rig, seat, { type: 'token', client: 0 });
      const claimed = await rig.sees(() => rig.claims > before, claimWithinMs);
      if (relay.isRunning) await rig.audit('stopped');
      return claimed ? undefined : 'nobody said saved';
    }
    default:
      return act satisfies never;
  }
}

/** The relay starts without data, and one client alone reaches it for a while. */
async function foreignRelay(rig: ChaosRig, seat: WriterSeat, ms: number): Promise<string | undefined> {
  const { relay, later, seats } = rig;
  const others = seats.filter((other) => other !== seat);
  await rig.killRelay();
  await relay.free();
  await relay.wipe();
  rig.relayExchanged();
  for (const { line } of others) line.setUp(false);
  await relay.start();
  later.in(ms, () => {
    for (const { line } of others) line.setUp(true);
  });
  const writer = await seat.start(rig.document.id);
  writer.tell({ type: 'online' });
  const published = await rig.sees(() => writer.claim !== undefined, claimWithinMs);
  return published ? undefined : 'its client did not reach it';
}

/** Writes what makes a snapshot worth while, and kills when something is on its way to a file of the relay. */
async function killInUpload(
  rig: ChaosRig,
  seat: WriterSeat,
  { client, letters, who, ms }: Act & { readonly type: 'kill-in-upload' },
): Promise<string | undefined> {
  const { relay, later, seats, document } = rig;
  write(rig, seat, { type: 'paste', client, letters });
  const seen = await rig.sees(() => relay.isReceiving(), uploadWithinMs);
  if (who === 'relay') {
    await rig.killRelay();
    later.in(ms, () => relay.start());
  } else {
    await Promise.all(seats.map((each) => each.kill()));
    later.in(ms, async () => void (await Promise.all(seats.map((each) => each.start(document.id)))));
  }
  return seen ? undefined : 'nothing was uploaded';
}
