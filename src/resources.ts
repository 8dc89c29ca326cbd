interface Resource {
  readonly name: string;
  readonly close: () => Promise<unknown>;
  readonly withinMs: number;
}

/** What was opened and must be closed, last first. */
export class Resources {
  readonly #resources: Resource[] = [];
  #closed: Promise<void> | undefined;

  /** @param resource one that is not closed within `withinMs` is left behind, so that the next ones still are */
  add(resource: Resource): void {
    this.#resources.push(resource);
  }

  /**
   * Closes each one, whether or not another fails. Called again, it waits for the first call.
   * @throws AggregateError of what did not close
   */
  close(): Promise<void> {
    this.#closed ??= this.#closeAll();
    return this.#closed;
  }

  async #closeAll(): Promise<void> {
    const errors: unknown[] = [];
    for (const resource of this.#resources.toReversed()) {
      try {
        await closeInTime(resource);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, `Not everything closed: ${errors.map(String).join('; ')}`);
  }
}

async function closeInTime({ name, close, withinMs }: Resource): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${name} did not close within ${withinMs} ms`)), withinMs);
  });
  try {
    await Promise.race([close(), late]);
  } finally {
    clearTimeout(timer);
  }
}
