import type { BridgeCalls, RelayChoice } from './bridge.ts';
import { outsideAddress } from './outside-address.ts';

/** An argument as the bridge promises it, or why it is not. */
export type Parsed<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly reason: string };

/** Longest title kept for a window; a page cuts its own for display. */
const maxTitleChars = 500;
const maxUrlChars = 2000;
const maxNameChars = 255;
/** Longer than any document gets before it is hardly usable. */
const maxTextChars = 256_000_000;
/** The form of a document ID; whether it is a right one is for the page to say. */
const documentIdPattern = /^[ev][1-9A-Za-z]{20,60}$/;

/** Reads the argument of each call, which comes from a page and may be anything. */
export const argumentParsers: {
  readonly [Channel in keyof BridgeCalls]: (argument: unknown) => Parsed<BridgeCalls[Channel]['argument']>;
} = {
  'document:open': (argument) => {
    const { documentId, relay, create } = fields(argument);
    const choice = parseRelayChoice(relay);
    if (typeof documentId !== 'string' || !documentIdPattern.test(documentId)) return no('no document ID');
    if (choice === undefined) return no('no relay');
    if (typeof create !== 'boolean') return no('create is neither true nor false');
    return yes({ documentId, relay: choice, create });
  },
  'document:state': (argument) => {
    const { title, unsaved } = fields(argument);
    if (typeof title !== 'string') return no('no title');
    if (typeof unsaved !== 'number' || !Number.isSafeInteger(unsaved) || unsaved < 0)
      return no('no count of edits');
    return yes({ title: title.slice(0, maxTitleChars), unsaved });
  },
  'link:open': (argument) => {
    const { url } = fields(argument);
    const address = typeof url === 'string' ? outsideAddress(url) : undefined;
    return address === undefined ? no('no address that may be opened') : yes({ url: address });
  },
  'file:open': nothing,
  'file:save': (argument) => {
    const { name, text } = fields(argument);
    if (typeof name !== 'string' || name === '' || name.length > maxNameChars) return no('no name');
    if (typeof text !== 'string' || text.length > maxTextChars) return no('no text, or one too long');
    return yes({ name, text });
  },
  'switches:state': (argument) => {
    const { authors, 'line-numbers': lineNumbers, 'wrap-lines': wrapLines, spellcheck } = fields(argument);
    const areSwitches = [authors, lineNumbers, wrapLines, spellcheck].every(
      (one) => typeof one === 'boolean',
    );
    if (!areSwitches) return no('a switch is neither on nor off');
    return yes({
      authors: authors === true,
      'line-numbers': lineNumbers === true,
      'wrap-lines': wrapLines === true,
      spellcheck: spellcheck === true,
    });
  },
  'spelling:get': nothing,
  'library:show': nothing,
  'relay:get': nothing,
  'relay:network': (argument) => {
    const { open } = fields(argument);
    return typeof open === 'boolean' ? yes({ open }) : no('open is neither true nor false');
  },
};

function fields(argument: unknown): Readonly<Record<string, unknown>> {
  return typeof argument === 'object' && argument !== null ? { ...argument } : {};
}

function parseRelayChoice(relay: unknown): RelayChoice | undefined {
  if (relay === 'local') return 'local';
  const { url } = fields(relay);
  if (typeof url !== 'string' || url.length > maxUrlChars || !URL.canParse(url)) return undefined;
  return /^https?:$/.test(new URL(url).protocol) ? { url } : undefined;
}

function nothing(argument: unknown): Parsed<null> {
  return argument === null || argument === undefined ? yes(null) : no('takes no argument');
}

function yes<Value>(value: Value): Parsed<Value> {
  return { ok: true, value };
}

function no(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason };
}
