import createDOMPurify from 'dompurify';
import { JSDOM } from 'jsdom';

/** What a style or a reference can load from elsewhere; an escape could hide it. */
const LOADS = /url\s*\(\s*["']?\s*(?!#)[^\s"')#]|@import|\\|image-set|expression|-moz-binding/i;

const { window } = new JSDOM('');
const purify = createDOMPurify(window);
purify.addHook('uponSanitizeAttribute', (_element, attribute) => {
  const isReference = attribute.attrName === 'href' || attribute.attrName === 'xlink:href';
  if (LOADS.test(attribute.attrValue) || (isReference && !attribute.attrValue.startsWith('#'))) {
    attribute.keepAttr = false;
  }
});
purify.addHook('uponSanitizeElement', (node, { tagName }) => {
  if (tagName === 'style' && LOADS.test(node.textContent ?? '')) node.textContent = '';
});

/**
 * Removes whatever runs, or loads something from elsewhere. A hostile picture may take long, or all memory: only tests
 * call it outside a thread of its own.
 * @returns null when it is no picture
 */
export function cleanSvg(svg: string): string | null {
  const fragment = purify.sanitize(svg, {
    USE_PROFILES: { svg: true, svgFilters: true },
    FORBID_TAGS: ['a', 'image', 'feImage', 'foreignObject', 'animate', 'animateMotion', 'animateTransform', 'set'],
    ALLOW_DATA_ATTR: false,
    RETURN_DOM_FRAGMENT: true,
  });
  const [picture, ...others] = fragment.children;
  if (!picture || others.length > 0 || picture.localName !== 'svg' || picture.children.length === 0) return null;
  return new window.XMLSerializer().serializeToString(picture);
}
