import { signal } from '@preact/signals';
import { strings } from '../strings.ts';
import type { EditorMenuItem } from './editor-menu.tsx';

/** Whether one's own name and colour are open, for changing, in this window. */
export const ownPersonOpen = signal(false);

/** The line of the ⋯ menu. */
export function ownPersonMenuItem(): EditorMenuItem {
  return {
    label: strings.people.yourself,
    run: () => {
      ownPersonOpen.value = true;
    },
  };
}
