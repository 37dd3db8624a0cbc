import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { FoundText, fingerprintOf } from '../../renderer/editor/found-text.ts';

function textOf(update: Uint8Array): string {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, update);
  return doc.getText('content').toString();
}

it('a fingerprint is of the text alone, whoever wrote it and however', () => {
  const doc = new Y.Doc();
  doc.getText('content').insert(0, 'text');
  const fingerprint = fingerprintOf(doc);
  doc.getMap('comments').set('thread/1', { text: 'words' });
  doc.getMap('meta').set('title', 'A title');
  expect(fingerprintOf(doc), 'with a comment and a title').toBe(fingerprint);
  doc.getText('content').insert(4, 's');
  expect(fingerprintOf(doc), 'another text').not.toBe(fingerprint);
  doc.getText('content').delete(4, 1);
  expect(fingerprintOf(doc), 'the same text again').toBe(fingerprint);
  const other = new Y.Doc();
  other.getText('content').insert(0, 'text');
  expect(fingerprintOf(other), 'of another person').toBe(fingerprint);
  other.getText('content').insert(0, 'tx');
  other.getText('content').delete(2, 2);
  expect(fingerprintOf(other), 'letters in another order').not.toBe(fingerprint);
});

it('a document is told as it was found, although it has changed since', () => {
  const doc = new Y.Doc();
  doc.getText('content').insert(0, 'found');
  const fingerprint = fingerprintOf(doc);
  const found = new FoundText(doc);
  doc.getText('content').insert(0, 'changed ');
  doc.getText('content').insert(0, 'again ');
  expect(textOf(found.encode())).toBe('found');
  expect(found.fingerprint).toBe(fingerprint);

  const later = new FoundText(doc);
  expect(textOf(later.encode()), 'without a change').toBe('again changed found');
});
