import { syntaxTree } from '@codemirror/language';
import type { EditorState, Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import type { SyntaxNode } from '@lezer/common';
import { isMac } from '../bridge.ts';
import { offerLink } from '../link-offer.tsx';

/** A link of the text: where it goes and what it says. */
interface TextLink {
  readonly href: string;
  readonly text: string;
}

/** A press with Ctrl, or Cmd on a Mac, opens the link under it in the browser, as one in the preview does. */
export const textLinks: Extension = EditorView.domEventHandlers({
  mousedown: (event, view) => {
    if (event.button !== 0 || !(isMac ? event.metaKey : event.ctrlKey)) return false;
    const position = view.posAtCoords({ x: event.clientX, y: event.clientY });
    const link = position === null ? undefined : linkAt(view.state, position);
    if (link === undefined) return false;
    event.preventDefault();
    offerLink(link.href, link.text);
    return true;
  },
});

/** The link that a position of a Markdown text is in. */
export function linkAt(state: EditorState, position: number): TextLink | undefined {
  for (let node: SyntaxNode | null = syntaxTree(state).resolveInner(position, -1); node; node = node.parent) {
    const link = linkOf(state, node) ?? linkOf(state, node.nextSibling);
    if (link !== undefined && link.from <= position && link.to >= position) return link;
  }
  return undefined;
}

function linkOf(
  state: EditorState,
  node: SyntaxNode | null,
): (TextLink & { readonly from: number; readonly to: number }) | undefined {
  if (node === null) return undefined;
  const { from, to } = node;
  const written = state.sliceDoc(from, to);
  if (node.name === 'Link') {
    const url = node.getChild('URL');
    const text = /^\[([^\]]*)\]/.exec(written)?.[1] ?? '';
    const href = url === null ? definition(state, node, text) : state.sliceDoc(url.from, url.to);
    return href === undefined ? undefined : { from, to, text, href: href.replace(/^<|>$/g, '') };
  }
  if (node.name !== 'URL' || node.parent?.name === 'Link' || node.parent?.name === 'Image') return undefined;
  const address = written.replace(/^<|>$/g, '');
  return { from, to, text: address, href: bareAddress(address) };
}

/** GFM takes `www.` and mail addresses for links, too. */
function bareAddress(written: string): string {
  if (/^www\./i.test(written)) return `http://${written}`;
  return /^[^\s:@]+@[^\s@]+$/.test(written) ? `mailto:${written}` : written;
}

/** The address of `[words][label]`, from the line that defines the label. */
function definition(state: EditorState, node: SyntaxNode, text: string): string | undefined {
  const label = node.getChild('LinkLabel');
  const name = label === null ? text : state.sliceDoc(label.from + 1, label.to - 1) || text;
  const wanted = name.trim().toLowerCase();
  for (const line of state.doc.iterLines()) {
    const found = /^ {0,3}\[([^\]]+)\]:\s*(\S+)/.exec(line);
    if (found !== null && found[1]?.trim().toLowerCase() === wanted) return found[2];
  }
  return undefined;
}
