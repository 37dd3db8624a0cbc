import { availableParallelism } from 'node:os';
import { inProject } from './places.ts';

/**
 * How Node runs the relay. Much of what it allocates lives on: with a semi-space of 16 MiB, V8's own, each collection of the young
 * stops a busy relay for 15 to 30 ms, with this one for 2 to 4, at no more CPU. And a few people are too few for V8 to compile what their
 * edits run through: it does so at the first call.
 */
export const relayNodeArguments = ['--max-semi-space-size=2', '--always-sparkplug'] as const;

/**
 * glibc gives each thread a heap of its own, which keeps what a reading of LevelDB has left: some 15 MiB a slow reader. And of the
 * four threads that libuv has for the disk, uploads that wait for the file system hold all: the log's write then waits for them.
 */
export const relayEnvironment = { MALLOC_ARENA_MAX: '1', UV_THREADPOOL_SIZE: '16' } as const;

/** Where there is one core, V8's threads that mark garbage take it from the relay, for a tenth of a second at a time. */
const oneCoreArguments = availableParallelism() === 1 ? ['--single-threaded-gc'] : [];

/** Arguments of Node that start the built relay on this machine; its own options follow. */
export const relayProgram = [
  ...relayNodeArguments,
  ...oneCoreArguments,
  inProject('dist', 'relay', 'cli.js'),
] as const;
