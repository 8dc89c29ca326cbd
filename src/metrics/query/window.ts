const DAY_MS = 86_400_000;
const DAYS = 90;

export interface Window {
  readonly from: Date;
  readonly to: Date;
}

/** What is given of a window; the end is now unless given, and it has 90 days. */
export function windowOf({ from, to = new Date() }: { from?: Date | undefined; to?: Date | undefined }): Window {
  return { from: from ?? new Date(to.getTime() - DAYS * DAY_MS), to };
}

/** What a window is compared with: the one of the same length before it. */
export function windowBefore({ from, to }: Window): Window {
  return { from: new Date(from.getTime() - (to.getTime() - from.getTime())), to: from };
}
