import type { EditorView } from '@codemirror/view';
import { followText } from '../editor/text-followers.ts';
import { strings } from '../strings.ts';
import { frameFonts } from './frame-document.ts';
import type { FrameGreeting, FrameNews, FrameOrder, PressedKey, ReaderOrder } from './messages.ts';
import { toggleTask } from './task-toggle.ts';
import { lineAtTop, scrollToLine } from './text-scroll.ts';
import { TextVersions } from './text-versions.ts';

/** What the preview asks of the page. */
export interface PreviewActions {
  onLink(href: string, text: string): void;
  /** A person pressed or scrolled in it. */
  onTouch(): void;
}

/** A preview of a text for as long as it is open. */
export interface PreviewSession {
  setFontSize(fontSizePx: number): void;
  /** Follows the text's place again, after the preview was out of sight. */
  showPlace(): void;
  close(): void;
}

/** Whose scrolling the other side follows: the one that a person touched last. */
type Leader = 'text' | 'preview';

/**
 * Ties together the text, the worker that reads it and the frame that shows it. What is read goes from the worker to the
 * frame directly; this thread only passes on changes of the text, places and presses.
 */
export function openPreview(
  view: EditorView,
  frame: HTMLIFrameElement,
  actions: PreviewActions,
): PreviewSession {
  const versions = new TextVersions(view.state.doc);
  const reader = new Worker(new URL('./reader-worker.ts', import.meta.url), { type: 'module' });
  const toReader = new MessageChannel();
  const toFrame = new MessageChannel();
  const page = toFrame.port1;
  const mark = randomMark();
  let leader: Leader = 'text';
  let touch = 0;
  /** What the preview asked to see, and where that was, while it leads and nothing else has scrolled or changed the text. */
  let wanted: { readonly line: number; readonly topPx: number } | undefined;
  let shownLine: number | undefined;
  let readOnly = view.state.readOnly;
  let closed = false;
  const order = (message: FrameOrder) => page.postMessage(message);
  const askReader = (message: ReaderOrder, ports: Transferable[] = []) => reader.postMessage(message, ports);

  const greet = async () => {
    const words = strings.preview.frame;
    const greeting: FrameGreeting = { type: 'inkroom-preview', mark, words, fonts: await frameFonts() };
    // A frame without an origin has no name to send to; the ports lead to whatever listens in it, which is our script.
    if (!closed) frame.contentWindow?.postMessage(greeting, '*', [toReader.port2, toFrame.port2]);
  };
  const fromFrame = ({ source, data }: MessageEvent<{ readonly type?: unknown } | undefined>) => {
    if (source !== frame.contentWindow || data?.type !== 'inkroom-preview-ready') return;
    window.removeEventListener('message', fromFrame);
    void greet();
  };
  window.addEventListener('message', fromFrame);

  askReader(
    { type: 'open', text: view.state.doc.toString(), version: versions.newest, mark, frame: toReader.port1 },
    [toReader.port1],
  );
  order({ type: 'tasks', enabled: !readOnly });

  const showPlace = () => {
    shownLine = lineAtTop(view);
    order({ type: 'scroll', line: shownLine, touch });
  };
  const showWanted = (line: number) => {
    scrollToLine(view, line);
    wanted = { line, topPx: view.scrollDOM.scrollTop };
  };
  page.onmessage = ({ data }: MessageEvent<FrameNews>) => {
    if (data.type === 'shown') versions.forgetBefore(data.version);
    else if (data.type === 'link') actions.onLink(data.href, data.text);
    else if (data.type === 'touched') actions.onTouch();
    else if (data.type === 'task') toggleTask(view, versions, data.version, data.line);
    else if (data.type === 'key') pressHere(data.key);
    else if (data.touch > touch || (data.touch === touch && leader === 'preview')) {
      leader = 'preview';
      touch = data.touch;
      showWanted(data.line);
    }
  };

  const settling = {
    read: () => {},
    write: () => {
      if (leader === 'preview') {
        if (wanted !== undefined) showWanted(wanted.line);
      } else if (lineAtTop(view) !== shownLine) textScrolled();
    },
  };
  const stopFollowing = followText(view, (update) => {
    if (update.docChanged) {
      wanted = undefined;
      const version = versions.add(update.state.doc, update.changes);
      askReader({ type: 'change', changes: update.changes.toJSON(), version });
    }
    // What has come into sight has its own height only now.
    if (update.geometryChanged) view.requestMeasure(settling);
    if (update.state.readOnly !== readOnly) {
      readOnly = update.state.readOnly;
      order({ type: 'tasks', enabled: !readOnly });
    }
  });
  const textLeads = ({ isTrusted }: Event) => {
    // A key that was pressed in the frame comes here again.
    if (!isTrusted) return;
    if (leader === 'preview') touch += 1;
    leader = 'text';
  };
  let drawing = 0;
  const textScrolled = () => {
    if (wanted !== undefined && Math.abs(view.scrollDOM.scrollTop - wanted.topPx) > 2) wanted = undefined;
    if (leader !== 'text' || drawing !== 0) return;
    drawing = requestAnimationFrame(() => {
      drawing = 0;
      showPlace();
    });
  };
  const touches = ['wheel', 'pointerdown', 'touchstart', 'keydown'];
  for (const touch of touches) window.addEventListener(touch, textLeads, { capture: true, passive: true });
  view.scrollDOM.addEventListener('scroll', textScrolled);
  showPlace();

  return {
    setFontSize: (fontSizePx) => order({ type: 'size', fontSizePx }),
    showPlace,
    close: () => {
      closed = true;
      stopFollowing();
      cancelAnimationFrame(drawing);
      window.removeEventListener('message', fromFrame);
      for (const touch of touches) window.removeEventListener(touch, textLeads, { capture: true });
      view.scrollDOM.removeEventListener('scroll', textScrolled);
      reader.terminate();
      page.close();
    },
  };
}

/** A shortcut that was pressed in the frame acts as if it had been pressed beside it. */
function pressHere(key: PressedKey): void {
  document.body.dispatchEvent(new KeyboardEvent('keydown', { ...key, bubbles: true, cancelable: true }));
}

/** Begins names of attributes; letters only, since HTML has names in lower case. */
function randomMark(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => String.fromCharCode(97 + (byte % 26))).join('');
}
