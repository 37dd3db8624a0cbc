import createSanitiser from 'dompurify';
import { webAddress } from '../web-address.ts';
import type { FrameWords } from './messages.ts';

const tags = [
  ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'p', 'br', 'hr', 'div', 'span', 'blockquote', 'pre', 'code'],
  ...['strong', 'b', 'em', 'i', 's', 'del', 'ins', 'u', 'mark', 'sub', 'sup', 'small', 'kbd', 'samp', 'var'],
  ...['q', 'cite', 'abbr', 'dfn', 'time', 'center', 'ul', 'ol', 'li', 'dl', 'dt', 'dd', 'details', 'summary'],
  ...['table', 'caption', 'thead', 'tbody', 'tfoot', 'tr', 'th', 'td', 'a', 'img', 'input', 'figure'],
  ...['figcaption', 'ruby', 'rb', 'rt', 'rp', 'wbr', 'section', 'article', 'aside', 'bdi', 'bdo'],
];
const attributes = [
  ...['href', 'src', 'alt', 'title', 'width', 'height', 'align', 'colspan', 'rowspan', 'start', 'open'],
  ...['lang', 'dir', 'datetime', 'type', 'checked', 'reversed', 'value'],
];

/** Pictures that are in the document itself. Any other would tell a stranger's server who reads, and when. */
const ownPicture = /^data:image\/(?:png|jpeg|gif|webp);base64,/i;

/**
 * Turns HTML of a document into elements that can neither run nor load anything: a list of what may stay, everything else
 * goes. What the reader itself has noted, under names that begin with `mark`, becomes `data-line`, classes of code and tasks.
 */
export function frameSanitiser(mark: string, words: FrameWords): (html: string) => DocumentFragment {
  const purify = createSanitiser(window);
  const line = `data-${mark}-line`;
  const code = `data-${mark}-code`;
  const box = `data-${mark}-box`;
  const allowed = [...attributes, line, code, box];

  purify.addHook('uponSanitizeElement', (node) => {
    if (node instanceof Element && node.nodeName === 'INPUT' && !node.hasAttribute(box)) node.remove();
  });
  return (html) => {
    const fragment = purify.sanitize(html, {
      ALLOWED_TAGS: tags,
      ALLOWED_ATTR: allowed,
      ALLOW_DATA_ATTR: false,
      ALLOW_ARIA_ATTR: false,
      RETURN_DOM_FRAGMENT: true,
    });
    for (const link of fragment.querySelectorAll('a')) keepLink(link);
    for (const picture of fragment.querySelectorAll('img')) keepPicture(picture, words);
    for (const element of fragment.querySelectorAll<HTMLElement>(`[${line}]`)) {
      element.dataset.line = element.getAttribute(line) ?? '';
      element.removeAttribute(line);
    }
    for (const element of fragment.querySelectorAll(`[${code}]`)) {
      element.setAttribute('class', element.getAttribute(code) ?? '');
      element.removeAttribute(code);
    }
    for (const input of fragment.querySelectorAll<HTMLInputElement>(`input[${box}]`)) {
      input.checked = input.getAttribute(box) === 'done';
      input.removeAttribute(box);
      const item = input.closest('li');
      item?.classList.add('task');
      input.setAttribute('aria-label', taskName(item) || words.task);
    }
    return fragment;
  };
}

/** The task's own words, without those of tasks below it. */
function taskName(item: Element | null): string {
  if (item === null) return '';
  const copy = item.cloneNode(true);
  if (copy instanceof Element) for (const below of copy.querySelectorAll('ul, ol')) below.remove();
  return (copy.textContent ?? '').trim().slice(0, 100);
}

/** A link stays one if it goes to a heading of this document or to an address that may be opened. */
function keepLink(link: HTMLAnchorElement): void {
  const written = link.getAttribute('href') ?? '';
  if (written.startsWith('#')) return;
  const address = webAddress(written);
  if (address === undefined) link.removeAttribute('href');
  else if (link.title === '') link.title = address.href;
}

/** A picture of another place is named and linked, never loaded. */
function keepPicture(picture: HTMLImageElement, words: FrameWords): void {
  const written = picture.getAttribute('src') ?? '';
  if (ownPicture.test(written)) return;
  const address = webAddress(written);
  const place = document.createElement(address === undefined || picture.closest('a') !== null ? 'span' : 'a');
  place.className = 'picture';
  const name = picture.alt.trim();
  const host = address === undefined ? written : address.host;
  place.textContent = [words.picture, name, host].filter((part) => part !== '').join(' · ');
  if (place instanceof HTMLAnchorElement && address !== undefined) place.href = address.href;
  if (address !== undefined) place.title = address.href;
  picture.replaceWith(place);
}
