import type { markdown } from '@codemirror/lang-markdown';

type Extensions = NonNullable<NonNullable<Parameters<typeof markdown>[0]>['extensions']>;

/** UTF-16 units after which a paragraph counts as ended for the parser; parsing this many takes about 2 ms. */
const maxParagraph = 16 * 1024;

/**
 * Keeps typing quick in a text without blank lines. The Markdown parser reads a paragraph as a whole with every key:
 * 300 ms at 5 MB. Longer ones are read in parts, and a single longer line is left without highlighting.
 */
export const longParagraphs: Extensions = {
  parseBlock: [
    {
      name: 'LongParagraph',
      leaf: () => ({
        nextLine: (context, _line, { content, start }) => {
          if (content.length < maxParagraph) return false;
          const isOneLine = content.length > 2 * maxParagraph;
          const inline = isOneLine ? [] : context.parser.parseInline(content, start);
          context.addElement(context.elt('Paragraph', start, start + content.length, inline));
          return true;
        },
        finish: (context, { content, start }) => {
          if (content.length < 2 * maxParagraph) return false;
          context.addElement(context.elt('Paragraph', start, start + content.length));
          return true;
        },
      }),
    },
  ],
};
