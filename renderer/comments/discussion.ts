import type { EditorView } from '@codemirror/view';
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import {
  addReply,
  anchorOf,
  type Comment,
  deleteComment,
  maxThreads,
  movePlace,
  readThreads,
  setResolved,
  startThread,
  type Thread,
  type Threads,
} from '../../sync/comments.ts';
import type { Provider } from '../../sync/provider.ts';
import { type AuthorList, followAuthors } from '../authors/author-list.ts';
import { sidePanel } from '../editor/editor-layout.ts';
import { isBehind } from '../editor/text-sync.ts';
import type { Place } from './anchor-place.ts';
import { type Drafts, draftsOf } from './drafts.ts';

/** What the panel is to show next: the form of a new comment, or a thread. `keepsFocus`: the person goes on in the text. */
export type Wanted =
  | { readonly type: 'draft' }
  | { readonly type: 'thread'; readonly id: string; readonly keepsFocus: boolean };

/** What is said about a document, as values the interface follows, and what this person does about it. */
export class Discussion {
  readonly threads: ReadonlySignal<Threads>;
  readonly openCount: ReadonlySignal<number>;
  readonly people: AuthorList;
  readonly drafts: Drafts;
  /** The thread that stands out in the text and in the panel. */
  readonly active = signal<string | undefined>(undefined);
  /** Threads in the order of their text; those whose text is gone are not in it. */
  readonly order = signal<readonly string[]>([]);
  readonly wanted = signal<Wanted | undefined>(undefined);
  /** Where threads are in the text, as last drawn. */
  places: ReadonlyMap<string, Place> = new Map();
  readonly #threads: Signal<Threads>;
  readonly #read: () => void;

  constructor(
    private readonly provider: Provider,
    ownId: string,
  ) {
    const { comments, keys } = provider;
    const threads = signal(readThreads(comments));
    this.#threads = threads;
    this.threads = threads;
    this.openCount = computed(() => threads.value.threads.filter(({ isResolved }) => !isResolved).length);
    this.people = followAuthors(provider, ownId);
    this.drafts = draftsOf(keys.roomId);
    this.#read = () => {
      threads.value = readThreads(comments);
    };
    comments.observe(this.#read);
  }

  get canWrite(): boolean {
    return this.provider.keys.role === 'edit';
  }

  /** Whether there is room for another thread. */
  get isFull(): boolean {
    return this.#threads.value.threads.length >= maxThreads;
  }

  /** Comments on what is selected; without a selection, shows the thread at the cursor, or opens and closes the panel. */
  comment(editor: EditorView): void {
    const { from, to, empty, head } = editor.state.selection.main;
    if (empty || !this.canWrite) {
      const id = this.threadAt(head);
      if (id !== undefined) this.show(id, false);
      else sidePanel.value = sidePanel.peek() === 'comments' ? undefined : 'comments';
      return;
    }
    if (isBehind(editor) || this.provider.text.length !== editor.state.doc.length) return;
    const quoted = editor.state.sliceDoc(from, Math.min(to, from + 1000));
    this.drafts.start.value = { anchor: anchorOf(this.provider.text, from, to, quoted) };
    // The draft's own mark shows the place from now on.
    editor.dispatch({ selection: { anchor: head } });
    this.active.value = undefined;
    this.wanted.value = { type: 'draft' };
    sidePanel.value = 'comments';
  }

  /** Opens the panel at a thread. */
  show(id: string, keepsFocus: boolean): void {
    this.active.value = id;
    this.wanted.value = { type: 'thread', id, keepsFocus };
    sidePanel.value = 'comments';
  }

  /** The open thread over a position; of several the one with the shortest text. */
  threadAt(position: number): string | undefined {
    let found: { readonly id: string; readonly length: number } | undefined;
    for (const { id, isResolved } of this.#threads.peek().threads) {
      const place = this.places.get(id);
      if (isResolved || place === undefined || position < place.from || position > place.to) continue;
      const length = place.to - place.from;
      if (found === undefined || length < found.length) found = { id, length };
    }
    return found?.id;
  }

  /** Starts the thread of the draft. */
  send(text: string): void {
    const draft = this.drafts.start.peek();
    if (draft === undefined || !this.canWrite) return;
    const id = this.#write((comments) => startThread(comments, draft.anchor, this.#said(text)));
    this.discard();
    this.active.value = id;
    this.wanted.value = { type: 'thread', id, keepsFocus: false };
  }

  /** Tells others where a thread's text is after this person has undone its deletion. */
  moved({ id, anchor }: Thread, { from, to }: Place): void {
    if (!this.canWrite) return;
    const { text, comments } = this.provider;
    movePlace(comments, id, anchorOf(text, from, to, anchor.quote));
  }

  /** Throws the draft of a thread away. */
  discard(): void {
    this.drafts.start.value = undefined;
    this.drafts.startText.value = '';
  }

  reply({ id }: Thread, text: string): void {
    if (!this.canWrite) return;
    this.#write((comments) => addReply(comments, id, this.#said(text)));
    this.drafts.reply(id).value = '';
  }

  resolve({ id }: Thread, resolved: boolean): void {
    if (!this.canWrite) return;
    this.#write((comments) => setResolved(comments, id, resolved, this.provider.doc.clientID, Date.now()));
  }

  remove(thread: Thread, comment: Comment): void {
    if (this.canWrite) this.#write((comments) => deleteComment(comments, thread, comment));
  }

  close(): void {
    this.provider.comments.unobserve(this.#read);
    this.people.stop();
  }

  #said(text: string): Omit<Comment, 'key'> {
    return { by: this.provider.doc.clientID, atMs: Date.now(), text: text.trim() };
  }

  #write<T>(change: (comments: Provider['comments']) => T): T {
    return this.provider.doc.transact(() => change(this.provider.comments));
  }
}
