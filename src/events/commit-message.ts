const LONGEST_HEADLINE = 1_000;
const TRAILER = 'co-authored-by:';

/** GitHub commits with this address for people; nobody is behind it. */
export const GITHUB_NOREPLY = 'noreply@github.com';

export function messageHeadline(message: string): string {
  const start = message.trimStart();
  const end = start.indexOf('\n');
  return (end === -1 ? start : start.slice(0, end)).slice(0, LONGEST_HEADLINE).trim().toWellFormed();
}

export interface CoAuthor {
  readonly name: string;
  readonly email: string;
}

/** The people of the `Co-authored-by` trailers, each email once, in order of the emails. */
export function coAuthors(message: string): CoAuthor[] {
  const found = new Map<string, CoAuthor>();
  for (const line of trailerLines(message)) {
    const [open, close] = [line.lastIndexOf('<'), line.lastIndexOf('>')];
    if (open === -1 || close < open) continue;
    const email = line
      .slice(open + 1, close)
      .trim()
      .toLowerCase();
    if (email === '' || email.length > 320 || email === GITHUB_NOREPLY || found.has(email)) continue;
    found.set(email, {
      email,
      name: line.slice(TRAILER.length, open).trim().slice(0, LONGEST_HEADLINE).toWellFormed(),
    });
  }
  return [...found.values()].toSorted((a, b) => (a.email < b.email ? -1 : 1));
}

function trailerLines(message: string): string[] {
  if (!/co-authored-by:/i.test(message)) return [];
  return message.split('\n').filter((line) => line.slice(0, TRAILER.length).toLowerCase() === TRAILER);
}
