/** Longest wait for a fact in a test of the relay. */
const deadlineMs = 20_000;
const pollMs = 5;

/** Waits until `holds`; after the deadline it fails and says what was last seen. */
export async function eventually(
  fact: string,
  holds: () => boolean | Promise<boolean>,
  lastSeen: () => string,
  withinMs = deadlineMs,
): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > end)
      throw new Error(`not within ${withinMs} ms: ${fact}. Last seen: ${lastSeen()}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
