import { useEffect, useState } from 'preact/hooks';
import { shortcutsOpen } from './window-commands.ts';

type Panel = typeof import('./shortcuts-panel.tsx')['ShortcutsPanel'];

/** The list of keyboard shortcuts, loaded when it is first opened. */
export function Shortcuts() {
  const [panel, setPanel] = useState<{ readonly Panel: Panel } | undefined>(undefined);
  useEffect(() => {
    void import('./shortcuts-panel.tsx').then(({ ShortcutsPanel }) => setPanel({ Panel: ShortcutsPanel }));
  }, []);
  const close = () => {
    shortcutsOpen.value = false;
  };
  return panel === undefined ? null : <panel.Panel onClose={close} />;
}
