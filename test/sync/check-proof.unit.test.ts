import { describe, expect, it } from 'vitest';
import { isOfEditor, signCheck } from '../../sync/check-proof.ts';
import { newDocumentSecret, parseDocumentId } from '../../sync/document-id.ts';
import { deriveKeys } from '../../sync/keys.ts';

const check = { seq: 7, mark: 'a'.repeat(32), fingerprint: 'b'.repeat(32), text: 'c'.repeat(32) };

function newDocument() {
  const editor = deriveKeys(newDocumentSecret());
  const parsed = parseDocumentId(editor.viewId);
  if (!parsed.ok) throw new Error(parsed.reason);
  return { editor, viewer: deriveKeys(parsed.secret) };
}

describe('what an editor says of its copy', () => {
  it('[X7] is known to be an editor’s by editors and viewers, in this document and as it was said', () => {
    const { editor, viewer } = newDocument();
    const signed = signCheck(editor, check);
    if (signed === undefined) throw new Error('an editor signs');
    expect([isOfEditor(editor, signed), isOfEditor(viewer, signed)]).toEqual([true, true]);
    for (const forged of [{ seq: 8 }, { mark: 'd' }, { fingerprint: 'd' }, { text: 'd' }])
      expect(isOfEditor(viewer, { ...signed, ...forged })).toBe(false);
    expect(isOfEditor(newDocument().editor, signed)).toBe(false);
  });

  it('[X7] [G6] cannot be said by a viewer, nor by an editor of another document', () => {
    const { editor, viewer } = newDocument();
    expect(signCheck(viewer, check)).toBeUndefined();
    const { signAsEditor } = newDocument().editor;
    const foreign = signCheck({ ...viewer, signAsEditor }, check);
    if (foreign === undefined) throw new Error('it signs');
    expect(isOfEditor(editor, foreign)).toBe(false);
    const own = signCheck(editor, check);
    expect(isOfEditor(editor, { ...foreign, editKey: own?.editKey ?? '' })).toBe(false);
    for (const editKey of ['', 'ff', 'not hex', '🙂'])
      expect(isOfEditor(editor, { ...foreign, editKey, signature: editKey })).toBe(false);
  });
});
