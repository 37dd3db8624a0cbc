/** One mebibyte, in bytes. */
const MIB = 1024 * 1024;

/**
 * Bounds that both sides keep. A relay may be configured lower where its configuration says so, never higher.
 * All sizes are in bytes of the sealed form, as it crosses the wire.
 */
export const limits = {
  /** Largest entry sent as one `append`; a larger one is uploaded in chunks. Equal to `chunkBytes`, so that every frame has one bound. */
  inlineEntryBytes: 64 * 1024,
  /** Size of one chunk of an upload or of a large entry; small enough that a keystroke waits for at most one chunk on a slow line. */
  chunkBytes: 64 * 1024,
  /** Largest event payload, either way: one chunk and its header. */
  payloadBytes: 64 * 1024 + 512,
  /** Largest engine.io message. Above `payloadBytes` so that an oversized payload is refused with a code instead of a closed socket. */
  transportBytes: MIB,
  /** Largest text frame (Socket.IO's own packets); they carry a namespace and a short JSON object only. */
  textFrameBytes: 2 * 1024,
  /** Largest entry, however it is sent. A pasted book is about 5 MB. */
  entryBytes: 32 * MIB,
  /** Largest snapshot upload. */
  snapshotBytes: 256 * MIB,
  /** Largest sealed presence: a name, a colour and two positions are about 300 bytes. */
  presenceBytes: 2 * 1024,
  /** Bytes a member may have been sent and not confirmed before it is served from the log instead of live. Four times `confirmBytes`. */
  readerBudgetBytes: MIB,
  /** A member confirms after each this many bytes of `entries` and `part` payloads. */
  confirmBytes: 256 * 1024,
  /** Bytes of one upload that may be unconfirmed; four chunks keep a 50 ms line busy at 5 MB/s. */
  uploadWindowBytes: 256 * 1024,
  /**
   * Bytes of a snapshot's upload that may be unconfirmed: one chunk, so that a keystroke on a slow line waits for one chunk at
   * most while a snapshot is on its way.
   */
  snapshotWindowBytes: 64 * 1024,
  /** Entries that a snapshot names as not opened by its editor. So many mean the last one and all after it (rule C2). */
  unopenedEntries: 1000,
  /** Stored snapshots of one room: their list fits into one message. */
  milestones: 256,
  /** Appends a client has under way at once; later local updates are merged into the next one. */
  appendsInFlight: 4,
  /** Longest host name and port in a proof. */
  hostChars: 300,
  /** Longest access token. */
  tokenChars: 256,
  /** Longest explanation in a refusal. */
  detailChars: 300,
} as const;
