import { EditorState } from '@codemirror/state';
import { describe, expect, it } from 'vitest';
import { YSyncConfig, ySyncAnnotation } from 'y-codemirror.next';
import * as Y from 'yjs';
import {
  insertionLimit,
  maxInsertedLength,
  refusedInsertion,
} from '../../renderer/editor/insertion-limit.ts';

const half = 'x'.repeat(maxInsertedLength / 2);
const start = EditorState.create({ doc: 'kept', extensions: insertionLimit });

describe('an insertion larger than a change may be', () => {
  it('leaves the text as it was and is told until the next edit', () => {
    const inserted = start.update({ changes: { from: 0, to: 4, insert: `${half}${half}x` } });
    expect(inserted.docChanged).toBe(false);
    expect(inserted.state.doc.toString()).toBe('kept');
    expect(inserted.state.field(refusedInsertion)).toBe(true);
    const moved = inserted.state.update({ selection: { anchor: 2 } }).state;
    expect(moved.field(refusedInsertion)).toBe(true);
    const typed = moved.update({ changes: { from: 4, insert: '!' } }).state;
    expect(typed.doc.toString()).toBe('kept!');
    expect(typed.field(refusedInsertion)).toBe(false);
  });

  it('is counted over all places at which it goes in', () => {
    const places = [
      { from: 0, insert: half },
      { from: 4, insert: `${half}x` },
    ];
    expect(start.update({ changes: places }).docChanged).toBe(false);
  });

  it('goes in at the limit itself', () => {
    const inserted = start.update({ changes: { from: 0, insert: half + half } }).state;
    expect(inserted.doc.length).toBe(4 + maxInsertedLength);
    expect(inserted.field(refusedInsertion)).toBe(false);
  });

  it('is shown when it comes from others, whose edits do not take the word away either', () => {
    const content = new Y.Doc().getText('content');
    const annotations = ySyncAnnotation.of(new YSyncConfig(content, null));
    const refused = start.update({ changes: { from: 0, insert: `${half}${half}x` } }).state;
    const remote = refused.update({ changes: { from: 0, insert: `${half}${half}x` }, annotations }).state;
    expect(remote.doc.length).toBe(5 + maxInsertedLength);
    expect(remote.field(refusedInsertion)).toBe(true);
  });
});
