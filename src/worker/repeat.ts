/** Does something now and every so often, never twice at once. `work` handles its own errors. */
export function repeat(work: () => Promise<void>, everyMs: number): { stop(): Promise<void> } {
  let running = work();
  const timer = setInterval(() => {
    running = running.then(work);
  }, everyMs);
  return {
    /** Waits for what is at work. */
    stop: () => {
      clearInterval(timer);
      return running;
    },
  };
}
