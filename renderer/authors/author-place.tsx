import { useEffect, useState } from 'preact/hooks';
import { followText } from '../editor/text-followers.ts';
import { isBehind } from '../editor/text-sync.ts';
import type { TextView } from '../editor/text-view.ts';
import { strings } from '../strings.ts';
import type { AuthorList } from './author-list.ts';
import { authorRuns } from './author-runs.ts';

interface AuthorPlaceProps {
  readonly list: AuthorList;
  readonly view: TextView;
}

/** How long the cursor rests before it is said whose letter it is at, in ms: who walks through a text is not interrupted. */
const restMs = 500;

/** Who wrote the letter at the cursor, in words. */
export function AuthorPlace({ list, view }: AuthorPlaceProps) {
  const [client, setClient] = useState<number | undefined>(undefined);
  const [said, setSaid] = useState<number | undefined>(undefined);
  useEffect(() => {
    let frame: number | undefined;
    let rest: number | undefined;
    let found: number | undefined;
    const look = () => {
      frame = undefined;
      // Places in the shared text are other ones; the next change brings both together.
      if (isBehind(view.editor) || view.pieces.text.length !== view.editor.state.doc.length) return;
      found = clientAtCursor(view);
      setClient(found);
    };
    const sayAtRest = () => {
      rest ??= window.setTimeout(() => {
        rest = undefined;
        setSaid(found);
      }, restMs);
    };
    look();
    sayAtRest();
    const stop = followText(view.editor, (update) => {
      if (!update.docChanged && !update.selectionSet) return;
      frame ??= requestAnimationFrame(look);
      if (update.selectionSet) {
        window.clearTimeout(rest);
        rest = undefined;
      }
      sayAtRest();
    });
    return () => {
      stop();
      window.clearTimeout(rest);
      if (frame !== undefined) cancelAnimationFrame(frame);
    };
  }, [view]);
  const words = (of: number | undefined) => {
    if (of === undefined) return '';
    const author = list.authors.value.get(of);
    return strings.authors.writtenBy(author?.isSelf ? strings.you : author?.name);
  };
  return (
    <>
      <span class="author-place" aria-hidden="true">
        {words(client)}
      </span>
      <span class="off-screen" role="status">
        {words(said)}
      </span>
    </>
  );
}

/** Under which client id the letter before the cursor was written; at the start of a line, the one after it. */
function clientAtCursor({ editor, pieces }: TextView): number | undefined {
  const { head } = editor.state.selection.main;
  const from = head === editor.state.doc.lineAt(head).from ? head : head - 1;
  return authorRuns(pieces, from, Math.min(from + 1, pieces.text.length))[0]?.client;
}
