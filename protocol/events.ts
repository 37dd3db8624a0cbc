/** Events a client sends, with their code on the wire. A code is never used again for something else. */
export const clientEvents = {
  join: 1,
  append: 2,
  upload: 3,
  presence: 4,
  confirm: 5,
  leave: 6,
  snapshot: 7,
  milestones: 8,
  milestone: 9,
} as const;

/** Events a relay sends, with their code on the wire. */
export const relayEvents = {
  hello: 64,
  joined: 65,
  entries: 66,
  part: 67,
  live: 68,
  ack: 69,
  peers: 70,
  left: 71,
  refused: 72,
  'snapshot-request': 73,
  'snapshot-part': 74,
  received: 75,
  'milestone-list': 76,
  'milestone-part': 77,
} as const;

/** Name of an event a client sends. */
export type ClientEvent = keyof typeof clientEvents;
/** Name of an event a relay sends. */
export type RelayEvent = keyof typeof relayEvents;

/** Whether a name that the transport gave is an event of a relay. */
export function isRelayEvent(event: string): event is RelayEvent {
  return Object.hasOwn(relayEvents, event);
}

/** What the parser hands over in place of a frame that is none; the payload is a reason in UTF-8. Never on the wire. */
export const malformedEvent = 'malformed';
