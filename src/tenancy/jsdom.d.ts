// What is used of it. Its own types would make every file one of a browser.
declare module 'jsdom' {
  import type { WindowLike } from 'dompurify';

  export class JSDOM {
    constructor(html: string);
    readonly window: WindowLike & { XMLSerializer: new () => { serializeToString(node: unknown): string } };
  }
}
