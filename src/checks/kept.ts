const MOST = 1_000;

/** Keeps an answer for a while, by its key: each of a burst of pull requests would ask for it. */
export function createKept<T>({ keepMs }: { readonly keepMs: number }) {
  const kept = new Map<string, { readonly until: number; readonly answer: Promise<T> }>();
  return (key: string, ask: () => Promise<T>): Promise<T> => {
    const known = kept.get(key);
    if (known && known.until > Date.now()) return known.answer;
    const answer = ask();
    kept.delete(key);
    kept.set(key, { until: Date.now() + keepMs, answer });
    // What failed is asked again.
    answer.catch(() => kept.delete(key));
    for (const oldest of kept.keys()) if (kept.size > MOST) kept.delete(oldest);
    return answer;
  };
}
