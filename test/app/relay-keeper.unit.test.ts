import { afterEach, expect, test } from 'vitest';
import type { RelayKeeper } from '../../main/embedded-relay.ts';
import { RelayMachine } from './relay-machine.ts';
import { waitFor } from './wait-for.ts';

const started: RelayKeeper[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((keeper) => keeper.stop()));
});

function join(machine: RelayMachine, name: string) {
  const profile = machine.profile(name);
  started.push(profile.keeper);
  return profile;
}

function runningUrl(keeper: RelayKeeper): string | undefined {
  return keeper.state.state === 'running' ? keeper.state.url : undefined;
}

async function allRunning(keepers: readonly RelayKeeper[]): Promise<void> {
  await waitFor('all to use one relay', () => keepers.every((keeper) => runningUrl(keeper) !== undefined), {
    seen: () => keepers.map((keeper) => keeper.state),
  });
}

test('[G2] profiles that start together own one relay and all use it', async () => {
  const machine = new RelayMachine();
  const keepers = ['anna', 'berta', 'carla'].map((name) => join(machine, name).keeper);
  await allRunning(keepers);
  expect(new Set(keepers.map(runningUrl))).toEqual(new Set(['http://127.0.0.1:4040']));
  expect(machine.running).toBeDefined();
});

test('[G2] when the owner is killed another profile takes over on the same port, and says so meanwhile', async () => {
  const machine = new RelayMachine();
  const anna = join(machine, 'anna');
  await allRunning([anna.keeper]);
  const berta = join(machine, 'berta');
  const carla = join(machine, 'carla');
  await allRunning([berta.keeper, carla.keeper]);
  expect(machine.running?.owner).toBe('anna');
  await anna.keeper.stop();
  await waitFor('another owner', () => machine.running !== undefined && machine.running.owner !== 'anna');
  await allRunning([berta.keeper, carla.keeper]);
  for (const { states } of [berta, carla]) {
    expect(states.map(({ state }) => state)).toEqual(['running', 'starting', 'running']);
  }
  expect(runningUrl(berta.keeper)).toBe('http://127.0.0.1:4040');
});

test('[G2] a relay process that is killed is started again by its owner', async () => {
  const machine = new RelayMachine();
  const { keeper, states } = join(machine, 'anna');
  await allRunning([keeper]);
  machine.running?.end();
  await waitFor('a second relay', () => machine.forks === 2 && runningUrl(keeper) !== undefined);
  expect(states.map(({ state }) => state)).toEqual(['running', 'starting', 'running']);
});

test('a port that another program uses is left to it, and the one taken instead is kept', async () => {
  const machine = new RelayMachine();
  machine.takenPorts.add(4040);
  const { keeper } = join(machine, 'anna');
  await allRunning([keeper]);
  const url = runningUrl(keeper);
  expect(url).not.toBe('http://127.0.0.1:4040');
  machine.running?.end();
  await waitFor('a second relay', () => machine.running !== undefined && runningUrl(keeper) !== undefined);
  expect(runningUrl(keeper)).toBe(url);
});

test('[G4] a folder that stays locked without a relay is said, and used once it is free', async () => {
  const machine = new RelayMachine();
  machine.foreignLock = true;
  const { keeper } = join(machine, 'anna');
  await waitFor('the failure', () => keeper.state.state === 'failed', { seen: () => keeper.state });
  expect(keeper.state).toMatchObject({ message: expect.stringContaining('Another program') });
  machine.foreignLock = false;
  await allRunning([keeper]);
});

test('[G4] a relay that cannot start is said with its reason and tried again after growing pauses', async () => {
  const machine = new RelayMachine();
  machine.brokenBecause = 'the disk is gone';
  const { keeper } = join(machine, 'anna');
  await waitFor('eight tries', () => machine.forks >= 8, { seen: () => machine.forks });
  expect(keeper.state).toMatchObject({ message: expect.stringContaining('the disk is gone') });
  expect(machine.waits[5]).toBeGreaterThan(10 * (machine.waits[0] ?? 0));
  expect(Math.max(...machine.waits)).toBeLessThanOrEqual(15_000);
  machine.brokenBecause = undefined;
  await allRunning([keeper]);
});

test('[G4] a relay whose address cannot be written is ended, said with the reason and tried again', async () => {
  const machine = new RelayMachine();
  machine.unwritableBecause = 'no space left for relay.json';
  const { keeper } = join(machine, 'anna');
  await waitFor('three tries', () => machine.forks >= 3 && machine.running === undefined, {
    seen: () => [machine.forks, keeper.state],
  });
  expect(keeper.state).toMatchObject({ message: expect.stringContaining('no space left for relay.json') });
  machine.unwritableBecause = undefined;
  await allRunning([keeper]);
});

test('letting the network join is seen by every profile, and by the one that takes over', async () => {
  const machine = new RelayMachine();
  const anna = join(machine, 'anna');
  await allRunning([anna.keeper]);
  const berta = join(machine, 'berta');
  await allRunning([berta.keeper]);
  const isOpen = ({ state }: RelayKeeper) => state.state === 'running' && state.networkOpen;
  await berta.keeper.openNetwork(true);
  await waitFor('anna to know', () => isOpen(anna.keeper));
  await anna.keeper.stop();
  await waitFor(
    'berta to own an open relay',
    () => machine.running?.owner === 'berta' && isOpen(berta.keeper),
  );
});

test('a relay that is not running cannot be opened to the network, and stopping ends the one that is', async () => {
  const machine = new RelayMachine();
  const { keeper } = join(machine, 'anna');
  await expect(keeper.openNetwork(true)).rejects.toThrow('not running');
  await allRunning([keeper]);
  await keeper.stop();
  expect(machine.running).toBeUndefined();
});
