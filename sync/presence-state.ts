import type { CopyCheck } from './divergence.ts';

/** How a person shows to others. `color` is an index of the interface's palette. */
export interface User {
  readonly name: string;
  readonly color: number;
}

/** A selection: Yjs relative positions in their JSON form; what they point to is checked by whoever resolves them. */
export interface PresenceCursor {
  readonly anchor: unknown;
  readonly head: unknown;
}

/** One member's presence as opened from its seal. */
export interface PresenceState {
  readonly clientId: number;
  readonly user: User;
  readonly cursor: PresenceCursor | undefined;
  readonly check: CopyCheck | undefined;
}

/** Longest name that is shown, in UTF-16 units. */
export const maxNameChars = 60;

/** Number of colours in the palette. */
export const paletteSize = 8;

/** The body of a presence: JSON in UTF-8. */
export function encodePresence(
  clientId: number,
  local: Record<string, unknown> | null,
  check: CopyCheck | undefined,
): Uint8Array {
  const state = { clientId, user: local?.user, cursor: local?.cursor, check };
  return new TextEncoder().encode(JSON.stringify(state));
}

/** Reads what another program wrote; undefined where it is no presence. Names are cut, colours folded into the palette. */
export function parsePresence(body: Uint8Array): PresenceState | undefined {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
  const state = asRecord(json);
  const user = asRecord(state?.user);
  const clientId = state?.clientId;
  if (user === undefined || !isCount(clientId)) return undefined;
  const { name, color } = user;
  const cursor = asRecord(state?.cursor);
  return {
    clientId,
    user: {
      name: typeof name === 'string' ? name.slice(0, maxNameChars) : '',
      color: isCount(color) ? color % paletteSize : 0,
    },
    cursor: cursor === undefined ? undefined : { anchor: cursor.anchor, head: cursor.head },
    check: parseCheck(asRecord(state?.check)),
  };
}

function parseCheck(check: Record<string, unknown> | undefined): CopyCheck | undefined {
  if (check === undefined) return undefined;
  const { seq, mark, fingerprint, text } = check;
  const areTexts = typeof mark === 'string' && typeof fingerprint === 'string' && typeof text === 'string';
  return isCount(seq) && areTexts ? { seq, mark, fingerprint, text } : undefined;
}

function asRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
