import { computed, effect, signal } from '@preact/signals';
import { changeView, viewSettings } from './editor-layout.ts';

/** What fills a window that is too narrow for two things side by side. */
export type NarrowPlace = 'text' | 'outline' | 'preview';

const query = window.matchMedia('(max-width: 719px)');

/** Whether the window is too narrow for anything beside the text. */
export const isNarrow = signal(query.matches);
query.addEventListener('change', ({ matches }) => {
  isNarrow.value = matches;
});

/** Whether the text is prose: code has neither headings nor a form in which it is read. */
export const isProse = signal(true);

/** A narrow window begins with its text, whatever stands beside it in a wide one. */
const narrowPlace = signal<NarrowPlace>('text');
effect(() => {
  if (!isNarrow.value) narrowPlace.value = 'text';
});

/** Whether the outline is seen. */
export const showsOutline = computed(() => isShown('outline'));

/** Whether the preview is seen. */
export const showsPreview = computed(() => isShown('preview'));

function isShown(what: 'outline' | 'preview'): boolean {
  return isProse.value && (isNarrow.value ? narrowPlace.value === what : viewSettings()[what]);
}

/** Fills a narrow window with something else. */
export function showInNarrow(place: NarrowPlace): void {
  narrowPlace.value = place;
}

/** Shows or hides what stands beside prose; in a narrow window for now only, else for every window. */
export function toggleBeside(what: 'outline' | 'preview'): void {
  if (!isProse.peek()) return;
  if (isNarrow.peek()) narrowPlace.value = narrowPlace.peek() === what ? 'text' : what;
  else changeView({ [what]: !viewSettings()[what] });
}
