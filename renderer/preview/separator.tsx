import { useRef } from 'preact/hooks';
import { strings } from '../strings.ts';

interface SeparatorProps {
  /** Share of the width that the preview has, from 0 to 1. */
  readonly share: number;
  /** Told while it moves. */
  readonly onShare: (share: number) => void;
  /** Told when it rests: worth remembering. */
  readonly onDone: (share: number) => void;
}

/** The preview has at least this share of the width, and leaves as much. */
const least = 0.2;
const step = 0.02;

/** The line between text and preview, at the edge of the preview: dragged, or moved with the arrow keys. */
export function Separator({ share, onShare, onDone }: SeparatorProps) {
  const dragged = useRef<number | undefined>(undefined);
  const shareAt = (event: PointerEvent): number | undefined => {
    const line = event.currentTarget;
    if (!(line instanceof HTMLElement)) return undefined;
    const preview = line.parentElement?.getBoundingClientRect();
    const text = line.parentElement?.previousElementSibling?.getBoundingClientRect();
    if (text === undefined || preview === undefined) return undefined;
    return bounded((preview.right - event.clientX) / (preview.right - text.left));
  };
  const keys: Readonly<Record<string, number>> = {
    ArrowLeft: share + step,
    ArrowRight: share - step,
    Home: 1 - least,
    End: least,
  };
  const finish = () => {
    if (dragged.current !== undefined) onDone(dragged.current);
    dragged.current = undefined;
  };
  const percent = Math.round(share * 100);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a line that can be moved has no element of its own.
    <div
      class="separator"
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={strings.preview.width}
      aria-valuenow={percent}
      aria-valuemin={least * 100}
      aria-valuemax={(1 - least) * 100}
      aria-valuetext={strings.preview.percent(percent)}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.preventDefault();
        event.currentTarget.focus();
        event.currentTarget.setPointerCapture(event.pointerId);
        dragged.current = share;
        // From now on the frame takes no pointer: it would keep what the capture has not reached yet.
        onShare(share);
      }}
      onPointerMove={(event) => {
        const next = dragged.current === undefined ? undefined : shareAt(event);
        if (next === undefined) return;
        dragged.current = next;
        onShare(next);
      }}
      onPointerUp={finish}
      onLostPointerCapture={finish}
      onDblClick={() => onDone(0.5)}
      onKeyDown={(event) => {
        const next = keys[event.key];
        if (next === undefined) return;
        event.preventDefault();
        onDone(bounded(next));
      }}
    />
  );
}

function bounded(share: number): number {
  return Math.min(1 - least, Math.max(least, share));
}
