import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { placeOf } from '../../renderer/comments/anchor-place.ts';
import { stretchesOf } from '../../renderer/comments/stretches.ts';
import { quickDeltas } from '../../renderer/editor/quick-delta.ts';
import { type Anchor, anchorOf } from '../../sync/comments.ts';
import { seededRandom } from '../fuzz/random.ts';

/** A text in which `words` are commented on, as another person sees it. */
function commented(content: string, words: string) {
  const [writer, reader] = [new Y.Doc(), new Y.Doc()];
  writer.getText('content').insert(0, content);
  const from = content.indexOf(words);
  const anchor = anchorOf(writer.getText('content'), from, from + words.length, words);
  const meet = () => Y.applyUpdate(reader, Y.encodeStateAsUpdate(writer, Y.encodeStateVector(reader)));
  meet();
  const text = reader.getText('content');
  const { pieces } = quickDeltas(text, 3);
  const shown = (at: Anchor = anchor) => {
    const place = placeOf(pieces, at);
    return place === undefined ? undefined : text.toString().slice(place.from, place.to);
  };
  return { written: writer.getText('content'), anchor, meet, shown };
}

describe('the place of a comment', () => {
  it('keeps its letters through edits before, inside, around and at its edges', () => {
    const { written, meet, shown } = commented('one two three', 'two');
    expect(shown()).toBe('two');
    written.insert(0, 'zero ');
    written.insert(9, '<');
    written.insert(13, '>');
    written.insert(12, '-');
    meet();
    expect(written.toString()).toBe('zero one <tw-o> three');
    expect(shown()).toBe('tw-o');
    written.delete(8, 3);
    meet();
    expect(shown()).toBe('w-o');
  });

  it('is gone with its last letter; only where the deletion is undone it is known to be back, and where', () => {
    const { written, anchor, meet, shown } = commented('one two three', 'two');
    const { pieces } = quickDeltas(written);
    const undo = new Y.UndoManager(written, { captureTimeout: 0 });
    expect(placeOf(pieces, anchor)).toMatchObject({ isBack: false });
    for (const [at, length] of [
      [2, 7],
      [4, 2],
      [5, 3],
    ] as const) {
      written.delete(at, length);
      meet();
      expect(shown()).not.toBe('two');
      undo.undo();
      meet();
      expect(shown(), 'the letters are others').not.toBe('two');
      expect(placeOf(pieces, anchor)).toEqual({ from: 4, to: 7, isBack: true });
    }
    const moved = anchorOf(written, 4, 7, 'two');
    expect(shown(moved)).toBe('two');
    expect(placeOf(pieces, moved)).toEqual({ from: 4, to: 7, isBack: false });
  });

  it('is where Yjs says it is, in a text that has been worked on', () => {
    const random = seededRandom(9);
    const doc = new Y.Doc();
    const text = doc.getText('content');
    const { pieces } = quickDeltas(text, 3);
    const anchors: Anchor[] = [];
    for (let edit = 0; edit < 2000; edit++) {
      const at = random.below(text.length + 1);
      if (random.below(3) === 0) text.delete(at, Math.min(text.length - at, random.below(30)));
      else text.insert(at, 'some words');
      if (text.length > 20 && edit % 50 === 0) anchors.push(anchorOf(text, at % 10, (at % 10) + 9, ''));
    }
    const positions = (json: unknown) =>
      Y.createAbsolutePositionFromRelativePosition(Y.createRelativePositionFromJSON(json), doc)?.index ?? -1;
    for (const anchor of anchors) {
      const [from, to] = [positions(anchor.from), positions(anchor.to)];
      expect(placeOf(pieces, anchor)).toEqual(from < to ? { from, to, isBack: false } : undefined);
    }
    expect(anchors.length).toBeGreaterThan(30);
  });

  it('[G8] of another program is none, whatever it says', () => {
    const { anchor, shown } = commented('one two three', 'two');
    const odd = [
      undefined,
      null,
      7,
      'x',
      [],
      {},
      { item: 5 },
      { item: { client: 1, clock: 1 } },
      { item: { client: -1, clock: Number.NaN } },
      { item: { client: '1', clock: {} } },
      { tname: 'comments' },
      { type: { client: 1, clock: 2 } },
    ];
    for (const from of odd) expect(shown({ ...anchor, from }), JSON.stringify(from)).toBeUndefined();
    for (const to of odd) expect(shown({ ...anchor, to }), JSON.stringify(to)).toBeUndefined();
  });
});

it('pieces of text that overlap are drawn once, the active one as such', () => {
  const stretch = (from: number, to: number, isActive = false) => ({ from, to, isActive });
  expect(stretchesOf([stretch(5, 9), stretch(0, 6), stretch(20, 30), stretch(24, 26, true)])).toEqual([
    stretch(0, 9),
    stretch(20, 24),
    stretch(24, 26, true),
    stretch(26, 30),
  ]);
  expect(stretchesOf([])).toEqual([]);
});
