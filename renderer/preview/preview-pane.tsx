import type { EditorView } from '@codemirror/view';
import { useEffect, useRef, useState } from 'preact/hooks';
import { changeView, viewSettings } from '../editor/editor-layout.ts';
import { goOwnWay } from '../editor/following.ts';
import { isNarrow, showInNarrow } from '../editor/narrow-layout.ts';
import { Icon } from '../icon.tsx';
import { offerLink } from '../link-offer.tsx';
import { strings } from '../strings.ts';
import { frameDocument } from './frame-document.ts';
import { openPreview, type PreviewSession } from './preview-session.ts';
import { Separator } from './separator.tsx';

/** The text as it will be read, in a half that can be made wider or narrower; in a narrow window in place of the text. */
export default function PreviewPane({ view }: { readonly view: EditorView }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const session = useRef<PreviewSession | undefined>(undefined);
  const { previewShare, fontSizePx } = viewSettings();
  const [dragShare, setDragShare] = useState<number | undefined>(undefined);
  const share = dragShare ?? previewShare;
  const narrow = isNarrow.value;

  useEffect(() => {
    if (frame.current === null) return;
    const opened = openPreview(view, frame.current, { onLink: offerLink, onTouch: goOwnWay });
    session.current = opened;
    frame.current.srcdoc = frameDocument();
    return () => {
      session.current = undefined;
      opened.close();
    };
  }, [view]);
  useEffect(() => session.current?.setFontSize(fontSizePx), [fontSizePx, view]);

  const done = (next: number) => {
    setDragShare(undefined);
    changeView({ previewShare: next });
  };
  return (
    <section
      class={dragShare === undefined ? 'preview' : 'preview dragged'}
      aria-label={strings.preview.label}
      style={{ flexGrow: narrow ? 1 : share / (1 - share) }}
    >
      {!narrow && <Separator share={share} onShare={setDragShare} onDone={done} />}
      {narrow && (
        <div class="preview-back">
          <button type="button" class="quiet" onClick={() => showInNarrow('text')}>
            <Icon name="back" />
            {strings.preview.back}
          </button>
        </div>
      )}
      <iframe class="preview-frame" ref={frame} title={strings.preview.label} sandbox="allow-scripts" />
    </section>
  );
}
