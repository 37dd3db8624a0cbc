/** Longest address that is handed to the system, in UTF-16 units. */
const maxLength = 2000;
/** What a message begun by a link may say; some mail programs attach files that a link names. */
const mailFields: ReadonlySet<string> = new Set(['subject', 'body', 'cc']);

/** An address as it is handed to the system, or undefined for one of a kind that is not: only whole http, https and mailto. */
export function outsideAddress(url: string): string | undefined {
  if (url.length > maxLength || !URL.canParse(url)) return undefined;
  const { protocol, hostname, searchParams, href } = new URL(url);
  if (protocol === 'http:' || protocol === 'https:') return hostname === '' ? undefined : href;
  const isMail = protocol === 'mailto:';
  return isMail && [...searchParams.keys()].every((name) => mailFields.has(name.toLowerCase()))
    ? href
    : undefined;
}
