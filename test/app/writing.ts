import type { Patch } from '../fixtures/friends-trace.ts';
import type { DocumentPage, EditorLike } from './document-page.ts';
import { waitFor } from './wait-for.ts';

/** What a writer does: edits, and a token of its own after each few of them. */
export interface WritingPlan {
  /** Part of each token, one word. */
  readonly author: string;
  readonly edits: readonly Patch[];
  readonly editsPerToken: number;
  /** Pause after each edit; 0 lets only the page's other work pass. */
  readonly pauseMs: number;
  /** After this many edits the writer looks up until the window says "Saved", but no longer than `restMs`. */
  readonly editsPerRest?: number;
}

/** Longest a writer looks up; a relay that was killed is back before. */
const restMs = 4000;

/** A token as the page said it, at the time it was typed. */
export interface TypedToken {
  readonly token: string;
  readonly atMs: number;
}

/** A status as it stood on the screen, and every token in this copy's text at that moment if it said "Saved". */
export interface ShownStatus {
  readonly atMs: number;
  readonly word: string;
  readonly saved: boolean;
  readonly tokens: readonly string[];
}

/** All tokens in a text, each as often as it is there. */
export function tokensIn(text: string): readonly string[] {
  return text.match(/⟨\w+⟩/g) ?? [];
}

/** Follows one window: what was typed in it and what its status said. It keeps this when the window is killed. */
export class Writing {
  readonly typed: TypedToken[] = [];
  readonly statuses: ShownStatus[] = [];
  /** Frames received over WebSocket, and polling answers. */
  readonly received = { webSocketFrames: 0, pollingAnswers: 0 };
  readonly document: DocumentPage;

  private constructor(document: DocumentPage) {
    this.document = document;
    const { page } = document;
    page.on('console', (message) => {
      const [, kind, json] = /^inkroom-test (\w+) (.*)$/s.exec(message.text()) ?? [];
      if (kind === 'typed') this.typed.push(JSON.parse(json ?? '') as TypedToken);
      if (kind === 'status') this.statuses.push(JSON.parse(json ?? '') as ShownStatus);
    });
    page.on('websocket', (socket) => {
      socket.on('framereceived', () => {
        this.received.webSocketFrames += 1;
      });
    });
    page.on('response', (response) => {
      if (response.url().includes('transport=polling')) this.received.pollingAnswers += 1;
    });
  }

  /** Begins to record; from then on every change of the status on the screen is kept. */
  static async follow(followed: DocumentPage): Promise<Writing> {
    const writing = new Writing(followed);
    await followed.page.evaluate(() => {
      type Content = HTMLElement & { readonly cmTile?: { readonly root: { readonly view: EditorLike } } };
      let last = '';
      const record = () => {
        const badge = document.querySelector<HTMLElement>('.status');
        const word = badge?.querySelector('.status-word')?.textContent ?? '';
        const saved = word === 'Saved' || badge?.dataset.saved === 'true';
        if (`${word} ${saved}` === last) return;
        last = `${word} ${saved}`;
        const text =
          document.querySelector<Content>('.cm-content')?.cmTile?.root.view.state.doc.toString() ?? '';
        const tokens = saved ? (text.match(/⟨\w+⟩/g) ?? []) : [];
        console.debug(`inkroom-test status ${JSON.stringify({ atMs: Date.now(), word, saved, tokens })}`);
      };
      const observed = document.querySelector('.editor-status');
      if (observed === null) throw new Error('there is no status on the screen');
      new MutationObserver(record).observe(observed, {
        subtree: true,
        childList: true,
        characterData: true,
        attributes: true,
      });
      record();
    });
    return writing;
  }

  /** Types a plan through the editor's view without waiting for anybody. Rejects when the window ends meanwhile. */
  async type(plan: WritingPlan): Promise<void> {
    const given = { editsPerRest: plan.edits.length + 1, restMs, ...plan };
    await this.document.page.evaluate(
      async ({ author, edits, editsPerToken, pauseMs, editsPerRest, restMs }) => {
        type Content = HTMLElement & { readonly cmTile?: { readonly root: { readonly view: EditorLike } } };
        const view = document.querySelector<Content>('.cm-content')?.cmTile?.root.view;
        if (view === undefined) throw new Error('there is no editor on the screen');
        const longestToken = 16;
        /** Moves a change behind the tokens it would touch: each must stay whole, whoever typed it. */
        const besideTokens = (at: number, deleted: number) => {
          const { doc } = view.state;
          let from = Math.min(at, doc.length);
          let to = Math.min(from + deleted, doc.length);
          const start = Math.max(0, from - longestToken);
          for (const match of doc
            .sliceString(start, Math.min(doc.length, to + longestToken))
            .matchAll(/⟨\w+⟩/g)) {
            const begins = start + match.index;
            const ends = begins + match[0].length;
            if (begins < Math.max(to, from) && from < ends) {
              from = ends;
              to = ends;
            }
          }
          return { from, to };
        };
        const insert = (from: number, to: number, text: string) =>
          view.dispatch({
            changes: { from, to, insert: text },
            selection: { anchor: from + text.length },
            userEvent: 'input.type',
          });
        const pause = () =>
          new Promise((resolve) => {
            if (pauseMs > 0) {
              setTimeout(resolve, pauseMs);
              return;
            }
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = resolve;
            port2.postMessage(null);
          });
        const rest = async () => {
          const endMs = Date.now() + restMs;
          const isSaved = () => document.querySelector<HTMLElement>('.status')?.dataset.saved === 'true';
          while (!isSaved() && Date.now() < endMs) await new Promise((resolve) => setTimeout(resolve, 20));
        };
        view.focus();
        for (const [index, [at, deleted, inserted]] of edits.entries()) {
          const { from, to } = besideTokens(at, deleted);
          insert(from, to, inserted);
          if ((index + 1) % editsPerToken === 0) {
            const token = `⟨${author}${String((index + 1) / editsPerToken).padStart(3, '0')}⟩`;
            const place = besideTokens(from + inserted.length, 0).from;
            insert(place, place, token);
            console.debug(`inkroom-test typed ${JSON.stringify({ token, atMs: Date.now() })}`);
          }
          await pause();
          if ((index + 1) % editsPerRest === 0) await rest();
        }
      },
      given,
    );
  }

  /** Waits until this many tokens have been typed. */
  async typedTokens(count: number): Promise<void> {
    await waitFor(`${count} typed tokens`, () => this.typed.length >= count, {
      deadlineMs: 60_000,
      seen: () => [this.typed.length, this.statuses.at(-1)],
    });
  }

  /** Waits until the window says "Saved" once more. */
  async savedAgain(): Promise<void> {
    const before = this.statuses.length;
    await waitFor(
      'the window to say "Saved" again',
      () => this.statuses.slice(before).some(({ saved }) => saved),
      {
        deadlineMs: 60_000,
        seen: () => this.statuses.slice(-3).map(({ word }) => word),
      },
    );
  }

  /** What "Saved" had claimed by a time and a log read then does not have: tokens in this copy's text when it said so. */
  falselySaved(log: { readonly text: string; readonly atMs: number }): readonly string[] {
    const inLog = new Set(tokensIn(log.text));
    const claims = this.statuses.filter(({ saved, atMs }) => saved && atMs <= log.atMs);
    return [...new Set(claims.flatMap(({ tokens }) => tokens))].filter((token) => !inLog.has(token));
  }
}
