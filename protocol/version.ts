/** Version of the wire. A relay and a client talk only when theirs are equal; change it with any change of `messages`. */
export const PROTOCOL_VERSION = 3;

/** Every string that is hashed or signed starts with this, so that no proof is valid for another protocol. */
export const PROTOCOL_LABEL = 'inkroom/1';
