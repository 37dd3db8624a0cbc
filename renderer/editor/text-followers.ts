import type { Extension } from '@codemirror/state';
import { EditorView, type ViewUpdate } from '@codemirror/view';

type Follower = (update: ViewUpdate) => void;

const followers = new WeakMap<EditorView, Set<Follower>>();

/** Lets what stands beside the text follow it for as long as it is shown. */
export const textFollowers: Extension = EditorView.updateListener.of((update) => {
  for (const follow of followers.get(update.view) ?? []) follow(update);
});

/** Calls `follow` with every update of the text until the returned function is called. */
export function followText(view: EditorView, follow: Follower): () => void {
  const own = followers.get(view) ?? new Set();
  followers.set(view, own.add(follow));
  return () => void own.delete(follow);
}
