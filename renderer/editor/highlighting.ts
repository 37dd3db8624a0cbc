import { syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { tagHighlighter, tags } from '@lezer/highlight';
import { codeHighlighter } from '../code-highlighter.ts';

/** Markdown as it reads: headings and strong text bold, marks muted. Classes only; the style sheet says how they look. */
export const markdownHighlighting: Extension = syntaxHighlighting(
  tagHighlighter([
    { tag: tags.heading1, class: 'md-heading md-heading-1' },
    { tag: tags.heading2, class: 'md-heading md-heading-2' },
    { tag: tags.heading, class: 'md-heading' },
    { tag: tags.strong, class: 'md-strong' },
    { tag: tags.emphasis, class: 'md-emphasis' },
    { tag: tags.strikethrough, class: 'md-strike' },
    { tag: tags.monospace, class: 'md-code' },
    { tag: tags.link, class: 'md-link' },
    { tag: tags.url, class: 'md-url' },
    { tag: tags.quote, class: 'md-quote' },
    { tag: [tags.processingInstruction, tags.contentSeparator, tags.labelName], class: 'md-mark' },
    { tag: [tags.comment, tags.meta], class: 'md-mark' },
  ]),
);

/** Code, in a fence or as a whole text. */
export const codeHighlighting: Extension = syntaxHighlighting(codeHighlighter);
