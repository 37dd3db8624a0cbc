import italic from '@fontsource/ia-writer-quattro/files/ia-writer-quattro-latin-400-italic.woff2?url';
import regular from '@fontsource/ia-writer-quattro/files/ia-writer-quattro-latin-400-normal.woff2?url';
import boldItalic from '@fontsource/ia-writer-quattro/files/ia-writer-quattro-latin-700-italic.woff2?url';
import bold from '@fontsource/ia-writer-quattro/files/ia-writer-quattro-latin-700-normal.woff2?url';
import code from '../style/code.css?url';
import tokens from '../style/tokens.css?url';
import look from './frame.css?url';
import type { FrameFont } from './messages.ts';
import script from './preview-frame.ts?worker&url';

const whole = (address: string) => new URL(address, window.location.href).href.replace(/#.*$/, '');

/**
 * The page of the preview's frame, without any of the document in it. Beside the policy of the page around it, which it
 * inherits, it has one of its own: one script, three style sheets, pictures only from within the document.
 */
export function frameDocument(): string {
  const styles = [tokens, code, look].map(whole);
  const policy = [
    "default-src 'none'",
    `script-src ${whole(script)}`,
    `style-src ${styles.join(' ')}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Preview</title>
${styles.map((address) => `<link rel="stylesheet" href="${address}">`).join('\n')}
</head>
<body><main tabindex="0"></main><script src="${whole(script)}"></script></body>
</html>`;
}

/** The text's own type faces. One that cannot be had is left out: another face takes its place. */
export async function frameFonts(): Promise<readonly FrameFont[]> {
  const faces = [
    { address: regular, weight: '400', style: 'normal' },
    { address: italic, weight: '400', style: 'italic' },
    { address: bold, weight: '700', style: 'normal' },
    { address: boldItalic, weight: '700', style: 'italic' },
  ];
  const fetched = await Promise.all(
    faces.map(async ({ address, weight, style }) => {
      const bytes = await fetch(address).then(
        (answer) => (answer.ok ? answer.arrayBuffer() : undefined),
        () => undefined,
      );
      return bytes === undefined ? [] : [{ bytes, weight, style }];
    }),
  );
  return fetched.flat();
}
