import './editor/short-parse-slices.ts';

// Where the address names a document, its editor is fetched beside the page's first script and not after it. Nobody waits for
// this here: the page itself asks again, and tells what went wrong.
if (window.location.hash.length > 1) import('./editor/editor-page.tsx').catch(() => undefined);
