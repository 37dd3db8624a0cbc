/**
 * What one write holds, in entries of next to nothing. A write of so many takes some milliseconds, and whoever has one to
 * append waits for the write under way and its own.
 */
const unitsPerWrite = 400;
/** Bytes that cost as much as an entry does. */
const bytesPerUnit = 1024;

/** What an entry of so many bytes costs of a write. */
export function writeUnits(bytes: number): number {
  return 1 + bytes / bytesPerUnit;
}

/**
 * What each of the rooms that wait may put into the next write; the rest waits for the one after. One entry always has
 * its place, so that a room which floods the relay delays itself and not the others.
 */
export function writeShare(rooms: number): number {
  return unitsPerWrite / Math.max(1, rooms);
}
