import { modifierKeys } from '../modifier-keys.ts';
import { FrameBlocks } from './frame-blocks.ts';
import { frameSanitiser } from './frame-sanitiser.ts';
import { lineAtTop, topOfLine } from './frame-scroll.ts';
import {
  edgePx,
  type FrameFont,
  type FrameGreeting,
  type FrameNews,
  type FrameOrder,
  type PreviewPatch,
} from './messages.ts';

/** Frames in which blocks that have come into sight take their heights; each brings others into sight. */
const settlingFrames = 4;

/**
 * The only script of the preview's frame, which has no origin: it can reach nothing of the app but two ports. It draws what
 * the reader sends, and tells the page what a person does.
 */
function open(greeting: FrameGreeting, reader: MessagePort, page: MessagePort): void {
  const place = document.querySelector('main');
  if (place === null) return;
  place.setAttribute('aria-label', greeting.words.preview);
  place.dataset.empty = greeting.words.empty;
  const tell = (news: FrameNews) => page.postMessage(news);
  /** What the page last asked to see; undefined while the person scrolls here. */
  let wantedLine: number | undefined = 0;
  let touch = 0;
  let version = 0;
  let tasksEnabled = false;
  let inParts = false;
  let settling = 0;

  const sanitise = frameSanitiser(greeting.mark, greeting.words);
  const draw = (html: string) => {
    const drawn = sanitise(html);
    for (const box of drawn.querySelectorAll('input')) box.disabled = !tasksEnabled;
    return drawn;
  };
  const blocks = new FrameBlocks(place, draw, () => {
    showWanted();
    tellIfShown();
  });
  const tellIfShown = () => {
    const isShown = blocks.isDrawn && !inParts;
    place.setAttribute('aria-busy', String(!isShown));
    if (isShown) tell({ type: 'shown', version });
  };
  const showWanted = () => {
    if (wantedLine !== undefined) place.scrollTop = topOfLine(place, blocks, wantedLine) - edgePx;
  };

  /** What has come into sight has its own height only in the frames that follow. */
  const settle = (frames: number) => {
    cancelAnimationFrame(settling);
    if (frames === 0) return;
    settling = requestAnimationFrame(() => {
      showWanted();
      settle(frames - 1);
    });
  };

  reader.onmessage = ({ data }: MessageEvent<PreviewPatch>) => {
    version = data.version;
    inParts = data.more;
    blocks.apply(data);
    place.classList.toggle('empty', blocks.list.length === 0);
    tellIfShown();
  };
  page.onmessage = ({ data }: MessageEvent<FrameOrder>) => {
    if (data.type === 'scroll') {
      if (data.touch < touch) return;
      touch = data.touch;
      wantedLine = data.line;
      showWanted();
      settle(settlingFrames);
    } else if (data.type === 'tasks') {
      tasksEnabled = data.enabled;
      for (const box of place.querySelectorAll('input')) box.disabled = !tasksEnabled;
    } else {
      document.documentElement.style.setProperty('--size', `${data.fontSizePx}px`);
    }
  };

  const scrollsHere = (event: Event) => {
    if (!(event instanceof KeyboardEvent && modifierKeys.has(event.key))) tell({ type: 'touched' });
    if (wantedLine !== undefined) touch += 1;
    wantedLine = undefined;
  };
  for (const event of ['wheel', 'pointerdown', 'touchstart', 'keydown'])
    place.addEventListener(event, scrollsHere, { passive: true });
  place.addEventListener('scroll', () => {
    if (wantedLine !== undefined) return;
    tell({ type: 'scrolled', line: lineAtTop(place, blocks, place.scrollTop + edgePx), touch });
  });

  const click = (event: MouseEvent) => {
    const target = event.target instanceof Element ? event.target : undefined;
    const link = target?.closest('a');
    if (link !== null && link !== undefined) {
      event.preventDefault();
      const href = link.getAttribute('href');
      if (href?.startsWith('#')) goToHeading(place, href.slice(1));
      else if (href !== null) tell({ type: 'link', href, text: link.textContent ?? '' });
    }
    if (target instanceof HTMLInputElement) {
      // The text decides what is done; the box follows with the next patch.
      event.preventDefault();
      const block = blocks.holding(target);
      const inner = Number(target.closest<HTMLElement>('[data-line]')?.dataset.line ?? 0);
      if (block !== undefined) tell({ type: 'task', version, line: block.line + inner });
    }
  };
  place.addEventListener('click', click);
  place.addEventListener('auxclick', (event) => event.preventDefault());
  window.addEventListener('keydown', (event) => {
    const { key, keyCode, code, ctrlKey, metaKey, shiftKey, altKey } = event;
    const isOurs = key === 'Escape' || ctrlKey || metaKey;
    if (!isOurs) return;
    // The page's own search finds what is written; the browser's would not see the rest of the text.
    if (key.toLowerCase() === 'f' || (shiftKey && /^[a-z]$/i.test(key) && !/^[cijnqrtw]$/i.test(key)))
      event.preventDefault();
    tell({ type: 'key', key: { key, keyCode, code, ctrlKey, metaKey, shiftKey, altKey } });
  });
  for (const event of ['dragover', 'drop'])
    window.addEventListener(event, (dropped) => dropped.preventDefault());
  for (const font of greeting.fonts) addFont(font);
}

function addFont({ bytes, weight, style }: FrameFont): void {
  const face = new FontFace('iA Writer Quattro', bytes, { weight, style });
  document.fonts.add(face);
  void face.load();
}

/** Scrolls to the heading that GitHub would give this name: letters and digits, hyphens for spaces, `-1` for the second of a kind. */
function goToHeading(place: HTMLElement, fragment: string): void {
  const wanted = decoded(fragment).toLowerCase();
  const seen = new Map<string, number>();
  if (wanted === '') place.scrollTop = 0;
  for (const heading of place.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
    const name = (heading.textContent ?? '')
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
      .replace(/ /g, '-');
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    if ((before === 0 ? name : `${name}-${before}`) === wanted) {
      heading.scrollIntoView({ block: 'start' });
      return;
    }
  }
}

function decoded(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}

const greet = ({ data, ports, source }: MessageEvent<Partial<FrameGreeting> | undefined>) => {
  const [reader, page] = ports;
  if (source !== window.parent || data?.type !== 'inkroom-preview') return;
  if (reader === undefined || page === undefined) return;
  window.removeEventListener('message', greet);
  open(data as FrameGreeting, reader, page);
};
window.addEventListener('message', greet);
window.parent.postMessage({ type: 'inkroom-preview-ready' }, '*');
