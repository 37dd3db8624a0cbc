import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../app/wait-for.ts';
import { ChaosRig } from './chaos-rig.ts';
import { buildPrograms, type ChaosPrograms } from './programs.ts';
import { write } from './writing.ts';

let programs: ChaosPrograms;
let folder: string;
let rig: ChaosRig;

beforeAll(async () => {
  programs = await buildPrograms();
});
afterAll(() => programs.remove());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inkroom-chaos-'));
  rig = await ChaosRig.in(folder, { seed: 1, programs, canFill: false });
  await rig.begin();
});
afterEach(async () => {
  await rig.close();
  await rm(folder, { recursive: true, force: true });
});

/** One writes a token; done when its text has it and `isSafe` says so. */
async function writes(client: number, isSafe: (state: { saved: boolean }) => boolean): Promise<void> {
  const seat = rig.seat(client);
  const { writer } = seat;
  if (writer === undefined) throw new Error('nobody writes');
  const [before, journaled] = [(await writer.state()).text.length, writer.journaled];
  write(rig, seat, { type: 'token', client });
  await waitFor('what was written to be safe', async () => {
    const state = await writer.state();
    return state.text.length > before && writer.journaled > journaled && isSafe(state);
  });
}

describe('what looks for losses', () => {
  it('[G1] [G4] finds one that is planted: the relay’s disk is as it was before somebody said saved', async () => {
    await rig.relay.save();
    await writes(0, ({ saved }) => saved);
    await rig.killRelay();
    expect(rig.problems).toEqual([]);
    expect(await rig.relay.restore()).toBe(true);
    await rig.audit('killed');
    expect(rig.problems.join('\n')).toMatch(
      /said saved, and the disk of the relay \(killed\) does not have it/,
    );
  });

  it('[G2] finds one that is planted: a journal is as it was before somebody wrote in it', async () => {
    const seat = rig.seat(0);
    await seat.saveProfile();
    seat.line.setUp(false);
    await writes(0, () => true);
    await seat.kill();
    const journal = join(folder, seat.name);
    await rm(journal, { recursive: true });
    await cp(`${journal}-saved`, journal, { recursive: true });
    await rig.mendAndCheck();
    expect(rig.problems.join('\n')).toMatch(/^token \S+ is there 0 times, not 1$/m);
  });
});
