import { type Highlighter, tagHighlighter, tags } from '@lezer/highlight';

/** What a piece of code is, as classes; the style sheet says how they look, in the text and in the preview alike. */
export const codeHighlighter: Highlighter = tagHighlighter([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier, tags.self], class: 'code-keyword' },
  { tag: [tags.string, tags.regexp, tags.attributeValue, tags.character], class: 'code-string' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom, tags.color, tags.unit], class: 'code-value' },
  { tag: [tags.lineComment, tags.blockComment, tags.docComment], class: 'code-comment' },
  { tag: [tags.typeName, tags.className, tags.namespace, tags.tagName], class: 'code-type' },
  {
    tag: [tags.function(tags.variableName), tags.function(tags.propertyName), tags.macroName],
    class: 'code-function',
  },
  { tag: [tags.propertyName, tags.attributeName], class: 'code-property' },
]);
