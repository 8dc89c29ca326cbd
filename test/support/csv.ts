/** Reads RFC 4180 strictly: lines end in CRLF, and quotes stand around a whole cell. */
export function readCsv(text: string): Record<string, string>[] {
  const rows: string[][] = [[]];
  let rest = text;
  while (rest !== '') {
    const match = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(rest);
    if (!match) throw new Error(`not a cell: ${JSON.stringify(rest.slice(0, 80))}`);
    const [all, quoted, plain, end] = match;
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === '\r\n') rows.push([]);
    rest = rest.slice(all.length);
  }
  const [header = [], ...lines] = rows.slice(0, -1);
  return lines.map((cells) => {
    if (cells.length !== header.length) throw new Error(`${cells.length} cells for ${header.length} columns`);
    return Object.fromEntries(header.map((name, index) => [name, cells[index] ?? '']));
  });
}
