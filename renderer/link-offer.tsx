import { signal } from '@preact/signals';
import { bridge } from './bridge.ts';
import { Popover } from './popover.tsx';
import { strings } from './strings.ts';
import { saysItsAddress, webAddress } from './web-address.ts';

const offered = signal<URL | undefined>(undefined);

/** Opens a document's link in the person's browser: at once if its words are its address, else after a look at that. */
export function offerLink(href: string, text: string): void {
  const address = webAddress(href);
  if (address === undefined) return;
  if (saysItsAddress(text, address)) open(address);
  else offered.value = address;
}

function open(address: URL): void {
  void bridge.call('link:open', { url: address.href });
}

/** Asks before a link is opened. One for the whole page. */
export function LinkOffer() {
  const address = offered.value;
  if (address === undefined) return null;
  const close = () => {
    offered.value = undefined;
  };
  const isMail = address.protocol === 'mailto:';
  return (
    <Popover heading={isMail ? strings.link.mail : strings.link.heading} place="link-place" onClose={close}>
      <p class="link-host">{isMail ? address.pathname : address.host}</p>
      <p class="link-address">{address.href}</p>
      <div class="link-answers">
        <button
          type="button"
          class="primary"
          data-first-focus
          onClick={() => {
            close();
            open(address);
          }}
        >
          {strings.link.open}
        </button>
        <button type="button" onClick={close}>
          {strings.link.cancel}
        </button>
      </div>
    </Popover>
  );
}
