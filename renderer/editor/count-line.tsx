import { strings } from '../strings.ts';
import type { Counters } from './text-view.ts';

/** Words and characters of the text, and how many of them are selected. */
export function CountLine({ whole, selection }: Counters) {
  const all = whole.count.value;
  const part = selection.count.value;
  if (all === undefined) return <span class="counts" />;
  const words = strings.editor.words(all.words);
  const characters = strings.editor.characters(all.characters);
  const lines =
    part === undefined
      ? [words, characters]
      : [strings.editor.partOf(part.words, words), strings.editor.partOf(part.characters, characters)];
  return <span class="counts">{lines.join(' · ')}</span>;
}
