import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from './icon.tsx';
import { strings } from './strings.ts';

interface PopoverProps {
  readonly heading: string;
  /** Style class that says where it stands. */
  readonly place: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

const focusable = 'button:not(:disabled), input:not(:disabled), select, textarea, a[href], [tabindex="0"]';

/**
 * A floating panel beside what opened it. Keeps the focus while it is open, closes on Escape and on a press outside,
 * and gives the focus back.
 */
export function Popover({ heading, place, onClose, children }: PopoverProps) {
  const panel = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  close.current = onClose;

  // In the step in which it is drawn: a key pressed right after must reach it.
  useLayoutEffect(() => {
    const opener = document.activeElement;
    const first = panel.current?.querySelector<HTMLElement>('[data-first-focus]') ?? panel.current;
    first?.focus();
    const pressOutside = (event: PointerEvent) => {
      const target = event.target;
      if (!(target instanceof Element) || panel.current?.contains(target)) return;
      // The opener closes it by its own click.
      if (target.closest('[aria-expanded="true"]') === null) close.current();
    };
    document.addEventListener('pointerdown', pressOutside);
    return () => {
      document.removeEventListener('pointerdown', pressOutside);
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);

  const keepFocus = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      onClose();
    }
    if (event.key !== 'Tab') return;
    const stops = [...(panel.current?.querySelectorAll<HTMLElement>(focusable) ?? [])];
    const last = stops.at(-1);
    const atStart = document.activeElement === stops[0] || document.activeElement === panel.current;
    if (event.shiftKey ? !atStart : document.activeElement !== last) return;
    event.preventDefault();
    (event.shiftKey ? last : stops[0])?.focus();
  };

  return (
    <div
      class={`popover ${place}`}
      role="dialog"
      aria-label={heading}
      tabIndex={-1}
      ref={panel}
      onKeyDown={keepFocus}
    >
      <div class="popover-head">
        <h2>{heading}</h2>
        <button type="button" class="quiet-icon" aria-label={strings.close} onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      {children}
    </div>
  );
}
