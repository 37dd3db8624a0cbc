import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from '../icon.tsx';
import { strings } from '../strings.ts';
import { sidePanel } from './editor-layout.ts';

interface SidePanelProps {
  readonly heading: string;
  readonly children: ComponentChildren;
}

/** A panel beside the text, over it in a narrow window. Takes the focus when it opens; Escape closes it and gives the focus back. */
export function SidePanel({ heading, children }: SidePanelProps) {
  const panel = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const opener = document.activeElement;
    panel.current?.focus();
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  const close = () => {
    sidePanel.value = undefined;
  };
  const closeOnEscape = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.stopPropagation();
    close();
  };
  return (
    <aside class="side-panel" aria-label={heading} tabIndex={-1} ref={panel} onKeyDown={closeOnEscape}>
      <div class="side-panel-head">
        <h2>{heading}</h2>
        <button
          type="button"
          class="quiet-icon"
          aria-label={strings.closeWhat(heading)}
          title={strings.close}
          onClick={close}
        >
          <Icon name="close" />
        </button>
      </div>
      <div class="side-panel-body">{children}</div>
    </aside>
  );
}
