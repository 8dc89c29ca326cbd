import { InvalidPayloadError } from '../errors.ts';
import { sanitizeSvg } from './sanitize-svg.ts';

export const logoTypes = ['image/png', 'image/jpeg', 'image/svg+xml'] as const;
export type LogoType = (typeof logoTypes)[number];

export interface LogoImage {
  readonly type: LogoType;
  readonly bytes: Buffer;
  /** In pixels; null of a vector graphic. */
  readonly size: LogoSize | null;
}

interface LogoSize {
  readonly width: number;
  readonly height: number;
}

export const MOST_LOGO_BYTES = 256 * 1024;
const LEAST_PIXELS = 16;
const MOST_PIXELS = 2_048;
const PNG = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
/** The root element, behind what may stand before it. */
const SVG = /^\uFEFF?\s*(?:<\?xml[^>]*\?>\s*|<!--(?:(?!-->)[^])*-->\s*|<!DOCTYPE[^>[]*>\s*)*<svg[\s>]/;

/**
 * Checks that a picture is what it is said to be, and makes it one that can be shown to anybody.
 * @throws InvalidPayloadError
 */
export async function readLogo(type: LogoType, bytes: Buffer): Promise<LogoImage> {
  if (bytes.length > MOST_LOGO_BYTES) throw new InvalidPayloadError(`The logo is over ${MOST_LOGO_BYTES / 1024} KB.`);
  if (type === 'image/svg+xml') return { type, bytes: await readSvg(bytes), size: null };
  const size = type === 'image/png' ? sizeOfPng(bytes) : sizeOfJpeg(bytes);
  if (!size) throw new InvalidPayloadError(`The logo is not what Content-Type says, ${type}.`);
  const { width, height } = size;
  if (Math.min(width, height) < LEAST_PIXELS || Math.max(width, height) > MOST_PIXELS) {
    const range = `from ${LEAST_PIXELS} to ${MOST_PIXELS} pixels`;
    throw new InvalidPayloadError(`The logo has ${width} × ${height} pixels; each side may be ${range}.`);
  }
  return { type, bytes, size };
}

async function readSvg(bytes: Buffer): Promise<Buffer> {
  if (!SVG.test(bytes.toString()))
    throw new InvalidPayloadError('The logo is not what Content-Type says, image/svg+xml.');
  return Buffer.from(await sanitizeSvg(bytes));
}

/** The signature, then the header's chunk. */
function sizeOfPng(bytes: Buffer): LogoSize | undefined {
  if (bytes.length < 33 || !bytes.subarray(0, 8).equals(PNG) || bytes.toString('latin1', 12, 16) !== 'IHDR')
    return undefined;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** Segment by segment, to the one that starts the frame. */
function sizeOfJpeg(bytes: Buffer): LogoSize | undefined {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return undefined;
  for (let at = 2; at + 9 <= bytes.length && bytes[at] === 0xff; at += 2 + bytes.readUInt16BE(at + 2)) {
    const marker = bytes[at + 1] ?? 0;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
  }
  return undefined;
}
