/** Calls `take` with the seq of each entry in an `entries` payload, where it starts and how long it is. Nothing is copied. */
export function eachEntry(payload: Buffer, take: (seq: number, at: number, length: number) => void): void {
  let at = 0;
  const uint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = payload[at++] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  let seq = uint();
  while (at < payload.length) {
    const length = uint();
    take(seq, at, length);
    seq += 1;
    at += length;
  }
}
