import { ChangeSet, Compartment, StateEffect, type Text } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { textDifference } from './text-difference.ts';

/** The text as it was at one moment, and what has been written in it since. */
export interface FollowedText {
  readonly base: Text;
  /** All changes since, of everyone, as one. */
  readonly since: () => ChangeSet;
  stop(): void;
}

const following = new Compartment();

/** Notes what changes from now on; one at a time in an editor. `onChange` is told of each change. */
export function followText(view: EditorView, onChange: () => void): FollowedText {
  const base = view.state.doc;
  let since = ChangeSet.empty(base.length);
  const listener = EditorView.updateListener.of((update) => {
    if (!update.docChanged) return;
    since = since.compose(update.changes);
    onChange();
  });
  const isThere = following.get(view.state) !== undefined;
  view.dispatch({
    effects: isThere ? following.reconfigure(listener) : StateEffect.appendConfig.of(following.of(listener)),
  });
  return {
    base,
    since: () => since,
    stop: () => view.dispatch({ effects: following.reconfigure([]) }),
  };
}

/**
 * The changes that bring an older text back: as few as tell it from the text that it was compared with, moved over what has
 * been written since. So what nobody has seen in the comparison stays, and so do cursors in unchanged words.
 */
export function restoringChanges(followed: Pick<FollowedText, 'base' | 'since'>, older: string): ChangeSet {
  const { changes } = textDifference(followed.base.toString(), older);
  const specs = changes.map(({ fromA, toA, fromB, toB }) => ({
    from: fromA,
    to: toA,
    insert: older.slice(fromB, toB),
  }));
  return ChangeSet.of(specs, followed.base.length, '\n').map(followed.since());
}
