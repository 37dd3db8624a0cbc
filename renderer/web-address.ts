/** Kinds of addresses that are ever handed to the system; all others are not offered as links. */
const offered: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:']);

/** What a message begun by a link may say; some mail programs attach files that a link names. */
const mailFields: ReadonlySet<string> = new Set(['subject', 'body', 'cc']);

/** Longest address that is opened, in UTF-16 units. */
const maxLength = 2000;

/** An address of a document as it is opened, or undefined where it is none that may be: only whole http, https and mailto. */
export function webAddress(written: string): URL | undefined {
  if (written.length > maxLength || !URL.canParse(written)) return undefined;
  const address = new URL(written);
  if (!offered.has(address.protocol)) return undefined;
  if (address.protocol !== 'mailto:') return address.hostname === '' ? undefined : address;
  return [...address.searchParams.keys()].every((name) => mailFields.has(name.toLowerCase()))
    ? address
    : undefined;
}

/** Whether a link's words are its address, so that nobody can be surprised by where it goes. */
export function saysItsAddress(text: string, address: URL): boolean {
  const said = text.trim();
  if (address.protocol === 'mailto:') return said === address.pathname || said === address.href;
  return URL.canParse(said) && new URL(said).href === address.href;
}
