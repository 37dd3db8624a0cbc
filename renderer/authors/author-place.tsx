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

/** Who wrote the letter at the cursor, in words. */
export function AuthorPlace({ list, view }: AuthorPlaceProps) {
  const [client, setClient] = useState<number | undefined>(undefined);
  useEffect(() => {
    let frame: number | undefined;
    const look = () => {
      frame = undefined;
      // Places in the shared text are other ones; the next change brings both together.
      if (!isBehind(view.editor) && view.pieces.text.length === view.editor.state.doc.length)
        setClient(clientAtCursor(view));
    };
    look();
    const stop = followText(view.editor, (update) => {
      if (update.docChanged || update.selectionSet) frame ??= requestAnimationFrame(look);
    });
    return () => {
      stop();
      if (frame !== undefined) cancelAnimationFrame(frame);
    };
  }, [view]);
  const author = client === undefined ? undefined : list.authors.value.get(client);
  return (
    <span class="author-place" role="status">
      {client !== undefined && strings.authors.writtenBy(author?.isSelf ? strings.you : author?.name)}
    </span>
  );
}

/** Under which client id the letter before the cursor was written; at the start of a line, the one after it. */
function clientAtCursor({ editor, pieces }: TextView): number | undefined {
  const { head } = editor.state.selection.main;
  const from = head === editor.state.doc.lineAt(head).from ? head : head - 1;
  return authorRuns(pieces, from, Math.min(from + 1, pieces.text.length))[0]?.client;
}
