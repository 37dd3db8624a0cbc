import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { MilestoneError } from '../../sync/milestone-reader.ts';
import { copyText } from '../clipboard.ts';
import { Icon } from '../icon.tsx';
import { strings } from '../strings.ts';
import { momentWords } from '../time-words.ts';
import { type DifferenceView, showDifference } from './difference-view.ts';
import { refusalSentence } from './notices.tsx';
import { alongside } from './text-sync.ts';
import type { TextView } from './text-view.ts';
import { type FollowedText, followText, restoringChanges } from './version-restore.ts';
import type { Timeline, TimelineEntry } from './version-timeline.ts';

interface VersionDifferenceProps {
  readonly entry: TimelineEntry;
  readonly timeline: Timeline;
  readonly text: TextView;
  readonly host: string;
  /** Keeps the text as it is, so that this too can be looked at later. */
  readonly beforeRestoring: () => Promise<void>;
  /** Writes down for others that it was restored; part of the edit. */
  readonly noteRestored: () => void;
  readonly onRestored: () => void;
  readonly onClose: () => void;
}

/** Width from which two columns are read more easily than one, in px. */
const columnsFromPx = 800;

/** A version against the text as it is now, in the place of the text. */
export function VersionDifference(props: VersionDifferenceProps) {
  const { entry, timeline, text, host, beforeRestoring, noteRestored, onRestored, onClose } = props;
  const [older, setOlder] = useState<string | undefined>(undefined);
  const [share, setShare] = useState(0);
  const [failure, setFailure] = useState<string | undefined>(undefined);
  const [attempt, setAttempt] = useState(0);
  const [round, setRound] = useState(0);
  const [changedSince, setChangedSince] = useState(false);
  const [followed, setFollowed] = useState<FollowedText | undefined>(undefined);
  const heading = useRef<HTMLHeadingElement>(null);

  useEffect(() => {
    let over = false;
    setFailure(undefined);
    timeline
      .read(entry, (come) => !over && setShare(come))
      .then(
        (read) => !over && setOlder(read.text),
        (error: unknown) => !over && setFailure(error instanceof MilestoneError ? error.code : 'unopened'),
      );
    return () => {
      over = true;
    };
  }, [timeline, entry, attempt]);

  // Before anything is painted, so that nothing is written between what is shown and what is followed.
  useLayoutEffect(() => {
    if (older === undefined) return;
    setChangedSince(false);
    const next = followText(text.editor, () => setChangedSince(true));
    setFollowed(next);
    return () => next.stop();
  }, [older, text, round]);
  useLayoutEffect(() => heading.current?.focus(), []);

  const restore = async () => {
    if (older === undefined || followed === undefined) return;
    // Restoring does not wait for a disk that fails: it can be undone.
    await beforeRestoring().catch(() => undefined);
    const changes = restoringChanges(followed, older);
    text.editor.dispatch({
      changes,
      userEvent: 'input.restore',
      annotations: alongside.of(noteRestored),
    });
    onRestored();
  };
  const moment = momentWords(entry.atMs, Date.now());
  return (
    <main
      class="difference"
      aria-label={strings.history.differenceOf(moment)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        event.stopPropagation();
        onClose();
      }}
    >
      <div class="difference-head">
        <button
          type="button"
          class="quiet-icon"
          aria-label={strings.history.back}
          title={strings.history.back}
          onClick={onClose}
        >
          <Icon name="back" />
        </button>
        <h2 tabIndex={-1} ref={heading}>
          {moment}
        </h2>
        {older !== undefined && followed !== undefined && (
          <Compared
            key={round}
            moment={moment}
            older={older}
            now={followed.base.toString()}
            onRestore={() => void restore()}
          />
        )}
      </div>
      {changedSince && (
        <div class="difference-note" role="status">
          <p>{strings.history.changedSince}</p>
          <button type="button" onClick={() => setRound((n) => n + 1)}>
            {strings.history.compareAgain}
          </button>
        </div>
      )}
      {older === undefined && failure === undefined && (
        <p class="difference-message" role="status">
          {strings.history.loading(Math.floor(100 * share))}
        </p>
      )}
      {failure !== undefined && (
        <div class="difference-message" role="alert">
          <p>{failureWords(failure, host)}</p>
          <button type="button" onClick={() => setAttempt((n) => n + 1)}>
            {strings.trouble.retry}
          </button>
        </div>
      )}
    </main>
  );
}

interface ComparedProps {
  readonly moment: string;
  readonly older: string;
  readonly now: string;
  readonly onRestore: () => void;
}

/** The buttons and the two texts. */
function Compared({ moment, older, now, onRestore }: ComparedProps) {
  const place = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState<DifferenceView | undefined>(undefined);
  const [at, setAt] = useState<number | undefined>(undefined);
  const [copied, setCopied] = useState<boolean | undefined>(undefined);
  const [hasSelection, setHasSelection] = useState(false);
  const wide = useWidth(place, columnsFromPx);

  useLayoutEffect(() => {
    if (place.current === null || wide === undefined) return;
    const view = showDifference(place.current, older, now, wide);
    setShown(view);
    view.show(0);
    const selecting = () => {
      setHasSelection(view.selectedOld() !== '');
      setCopied(undefined);
    };
    document.addEventListener('selectionchange', selecting);
    return () => {
      document.removeEventListener('selectionchange', selecting);
      view.destroy();
    };
  }, [older, now, wide]);

  const count = shown?.count ?? 0;
  const go = (step: 1 | -1) => {
    const next = at === undefined ? (step === 1 ? 0 : count - 1) : (at + step + count) % count;
    setAt(next);
    shown?.show(next);
  };
  const copy = async () => setCopied(await copyText(shown?.selectedOld() || older));
  const copyLabel = hasSelection ? strings.history.copySelection : strings.history.copyAll;
  return (
    <>
      <div class="difference-moves">
        <span role="status">{strings.history.changes(count, at)}</span>
        <button
          type="button"
          class="quiet-icon"
          disabled={count === 0}
          aria-label={strings.history.previous}
          title={strings.history.previous}
          onClick={() => go(-1)}
        >
          <Icon name="chevron-up" />
        </button>
        <button
          type="button"
          class="quiet-icon"
          disabled={count === 0}
          aria-label={strings.history.next}
          title={strings.history.next}
          onClick={() => go(1)}
        >
          <Icon name="chevron-down" />
        </button>
      </div>
      <div class="difference-acts">
        {/* A press leaves the selection as it is. */}
        <button type="button" onPointerDown={(event) => event.preventDefault()} onClick={() => void copy()}>
          {copied === true ? strings.share.copied : copyLabel}
        </button>
        <button type="button" class="primary" disabled={count === 0} onClick={onRestore}>
          {strings.history.restore}
        </button>
      </div>
      {copied === false && <p class="difference-line error">{strings.share.copyFailed}</p>}
      {shown?.exact === false && <p class="difference-line hint">{strings.history.approximate}</p>}
      {shown?.columns && (
        <div class="difference-captions" aria-hidden="true">
          <span>{moment}</span>
          <span>{strings.history.now}</span>
        </div>
      )}
      <div class="difference-text" ref={place} />
    </>
  );
}

/** Whether an element is at least so wide; undefined until it has been measured. */
function useWidth(element: { readonly current: HTMLElement | null }, fromPx: number): boolean | undefined {
  const [wide, setWide] = useState<boolean | undefined>(undefined);
  useLayoutEffect(() => {
    if (element.current === null) return;
    const measured = element.current;
    setWide(measured.clientWidth >= fromPx);
    const observer = new ResizeObserver(() => setWide(measured.clientWidth >= fromPx));
    observer.observe(measured);
    return () => observer.disconnect();
  }, [element, fromPx]);
  return wide;
}

function failureWords(code: string, host: string): string {
  if (code === 'lost') return strings.history.notHereNow(host);
  if (code === 'unopened') return strings.history.unreadable;
  return refusalSentence({ code, detail: '' });
}
