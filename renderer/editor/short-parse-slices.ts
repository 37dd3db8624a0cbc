/**
 * Makes CodeMirror parse in the background in slices of one idle period (25 to 45 ms) instead of 100 ms. It takes the long
 * ones where the browser can say that input is waiting (`navigator.scheduling`), but a key pressed in such a slice is
 * still painted late. Must be imported before `@codemirror/language`, which looks once, when it is loaded.
 */
if ('scheduling' in navigator) Object.defineProperty(navigator, 'scheduling', { value: undefined });
