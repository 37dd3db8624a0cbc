/** What counts as the top when text and preview follow each other: as far below the edge as both begin. */
export const edgePx = 40;

/** A part of the text as it is read: one element of the preview. */
export interface PreviewBlock {
  /** As the document says it: to be sanitised before it is shown. */
  readonly html: string;
  /** The first line, from 0. */
  readonly line: number;
  /** Goes on from the block before without a gap, as the next item of a list does. */
  readonly continued: boolean;
}

/** What has changed in the preview, from one version of the text to the next one that was read. */
export interface PreviewPatch {
  /** Number of the text's version that the preview shows with this. */
  readonly version: number;
  readonly from: number;
  readonly remove: number;
  readonly insert: readonly PreviewBlock[];
  /** Lines by which everything after `insert` has moved. */
  readonly shift: number;
  /** Whether more parts of the same version follow. */
  readonly more: boolean;
}

/** What the worker that reads the text is told. `changes` is a CodeMirror change set as JSON. */
export type ReaderOrder =
  | {
      readonly type: 'open';
      readonly text: string;
      readonly version: number;
      readonly mark: string;
      readonly frame: MessagePort;
    }
  | { readonly type: 'change'; readonly changes: unknown; readonly version: number };

/** The first message to the frame; it comes with two ports: the reader's and the page's. */
export interface FrameGreeting {
  readonly type: 'inkroom-preview';
  /** Begins the names of attributes that the reader gave, which a document cannot guess. */
  readonly mark: string;
  readonly words: FrameWords;
  /** The text's own type faces, as files: a frame without an origin cannot fetch them. */
  readonly fonts: readonly FrameFont[];
}

/** A type face of the text. */
export interface FrameFont {
  readonly bytes: ArrayBuffer;
  readonly weight: string;
  readonly style: string;
}

/** What the frame has to say in words. */
export interface FrameWords {
  readonly preview: string;
  readonly task: string;
  readonly picture: string;
  readonly empty: string;
}

/**
 * What the page tells the frame while it is open. `touch` counts how often a person has gone from one side to the other,
 * as its sender knows: what was on its way when they did says less, and does not count.
 */
export type FrameOrder =
  /** Show this line, with its fraction, at the top. */
  | { readonly type: 'scroll'; readonly line: number; readonly touch: number }
  | { readonly type: 'tasks'; readonly enabled: boolean }
  | { readonly type: 'size'; readonly fontSizePx: number };

/** What happens in the frame, for the page. */
export type FrameNews =
  | { readonly type: 'shown'; readonly version: number }
  | { readonly type: 'scrolled'; readonly line: number; readonly touch: number }
  /** A person pressed or scrolled in it, whether or not anything moves. */
  | { readonly type: 'touched' }
  | { readonly type: 'link'; readonly href: string; readonly text: string }
  /** The task on this line of this version was pressed. */
  | { readonly type: 'task'; readonly version: number; readonly line: number }
  | { readonly type: 'key'; readonly key: PressedKey };

/** A key with Ctrl or Cmd, or Escape, that was pressed in the frame and may be a shortcut of the page. */
export interface PressedKey {
  readonly key: string;
  /** The key without Shift, by which CodeMirror knows `Ctrl+Shift+E`. */
  readonly keyCode: number;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}
