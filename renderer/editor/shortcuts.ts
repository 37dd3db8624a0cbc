import { useEffect, useRef } from 'preact/hooks';

const isMac = /mac/i.test(navigator.platform);

/** How people read a shortcut of Ctrl (on a Mac Command), Alt and a letter. */
export function shortcutWords(letter: string): string {
  return isMac ? `⌥⌘${letter.toUpperCase()}` : `Ctrl+Alt+${letter.toUpperCase()}`;
}

/** Runs what belongs to a letter that is pressed with Ctrl (on a Mac Command) and Alt, anywhere in the window. */
export function useShortcuts(shortcuts: Readonly<Record<string, () => void>>): void {
  const current = useRef(shortcuts);
  current.current = shortcuts;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      // AltGr, by which many keyboards write letters, is Ctrl and Alt on some systems.
      if (event.defaultPrevented || event.isComposing || event.getModifierState('AltGraph')) return;
      if (!event.altKey || event.shiftKey || !(isMac ? event.metaKey : event.ctrlKey)) return;
      const run = current.current[letterOf(event)];
      if (run === undefined) return;
      event.preventDefault();
      run();
    };
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, []);
}

/** The key's Latin letter: as its layout says, else by its place. */
function letterOf({ key, code }: KeyboardEvent): string {
  return /^[a-z]$/i.test(key) ? key.toLowerCase() : code.replace(/^Key/, '').toLowerCase();
}
