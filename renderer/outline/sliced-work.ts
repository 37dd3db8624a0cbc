/** Time one slice may take, and the rest between two, so that typing never waits. */
const sliceMs = 5;
const restMs = 12;

/** Runs a generator in slices after a pause; the returned function calls it off. `onDone` gets what the generator returns. */
export function workInSlices<Result>(
  work: () => Generator<undefined, Result>,
  afterMs: number,
  onDone: (result: Result) => void,
): () => void {
  let running: Generator<undefined, Result> | undefined;
  const slice = () => {
    running ??= work();
    const startMs = performance.now();
    while (performance.now() - startMs < sliceMs) {
      const step = running.next();
      if (step.done === true) {
        onDone(step.value);
        return;
      }
    }
    timer = window.setTimeout(slice, restMs);
  };
  let timer = window.setTimeout(slice, afterMs);
  return () => window.clearTimeout(timer);
}
