import type { SignedCheck } from './check-proof.ts';

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

/** What someone sees of the text: the first and the last position, in the same form. */
export interface PresenceView {
  readonly top: unknown;
  readonly bottom: unknown;
}

/** A user as shown: `color` is the one they have taken beside the others, `line` and `sinceMs` see `HeldLook`. */
export interface ShownUser extends User {
  readonly line: number;
  readonly sinceMs: number;
}

/** One member's presence as opened from its seal. */
export interface PresenceState {
  readonly clientId: number;
  readonly user: ShownUser;
  readonly cursor: PresenceCursor | undefined;
  readonly view: PresenceView | undefined;
  /** Has not done anything for a while, or looks at another window. */
  readonly idle: boolean;
  readonly check: SignedCheck | undefined;
}

/** Longest name that is shown, in UTF-16 units. */
export const maxNameChars = 60;

/** Number of colours in the palette. */
export const paletteSize = 8;

/** Kinds of line that tell people of one colour apart: plain, dashed, dotted, double. */
export const lineCount = 4;

/** The body of a presence: JSON in UTF-8. It leaves out the view where it would be longer than `maxBytes`. */
export function encodePresence(
  clientId: number,
  local: Record<string, unknown> | null,
  check: SignedCheck | undefined,
  maxBytes = Number.POSITIVE_INFINITY,
): Uint8Array {
  const { user, cursor, view, idle } = local ?? {};
  const state = { clientId, user, cursor, view, idle: idle === true || undefined, check };
  const body = new TextEncoder().encode(JSON.stringify(state));
  if (body.length <= maxBytes) return body;
  return new TextEncoder().encode(JSON.stringify({ ...state, view: undefined }));
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
  const { name, color, line, sinceMs } = user;
  const cursor = asRecord(state?.cursor);
  const view = asRecord(state?.view);
  return {
    clientId,
    user: {
      name: typeof name === 'string' ? name.slice(0, maxNameChars) : '',
      color: isCount(color) ? color % paletteSize : 0,
      line: isCount(line) ? line % lineCount : 0,
      sinceMs: isCount(sinceMs) ? sinceMs : 0,
    },
    cursor: cursor === undefined ? undefined : { anchor: cursor.anchor, head: cursor.head },
    view: view === undefined ? undefined : { top: view.top, bottom: view.bottom },
    idle: state?.idle === true,
    check: parseCheck(asRecord(state?.check)),
  };
}

function parseCheck(check: Record<string, unknown> | undefined): SignedCheck | undefined {
  if (check === undefined) return undefined;
  const { seq, mark, fingerprint, text, editKey, signature } = check;
  const areTexts = typeof mark === 'string' && typeof fingerprint === 'string' && typeof text === 'string';
  const isSigned = typeof editKey === 'string' && typeof signature === 'string';
  return isCount(seq) && areTexts && isSigned
    ? { seq, mark, fingerprint, text, editKey, signature }
    : undefined;
}

function asRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
