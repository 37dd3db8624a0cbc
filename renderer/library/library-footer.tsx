import { useState } from 'preact/hooks';
import type { RelayChoice } from '../bridge.ts';
import { relayName } from '../embedded-relay.ts';
import { Icon, type IconName } from '../icon.tsx';
import { SettingsPanel } from '../settings-panel.tsx';
import { initialSettings, settings } from '../settings-store.ts';
import { strings } from '../strings.ts';
import { relayReach, useRelayReach } from './relay-reach.ts';

/** How the chosen relay is, and who one is; the settings open from here. */
export function LibraryFooter() {
  const [open, setOpen] = useState(false);
  const { name, relay } = settings.value ?? initialSettings;
  const shown = name || strings.guest;
  return (
    <footer class="library-footer">
      <RelayState relay={relay} />
      <button
        type="button"
        class="quiet"
        aria-expanded={open}
        aria-haspopup="dialog"
        aria-label={strings.settings.openSettings(shown)}
        onClick={() => setOpen(!open)}
      >
        {strings.settings.youAre} <strong>{shown}</strong>
      </button>
      {open && <SettingsPanel onClose={() => setOpen(false)} />}
    </footer>
  );
}

function RelayState({ relay }: { readonly relay: RelayChoice }) {
  useRelayReach(relay);
  const { word, icon, tone } = reachWords();
  return (
    <span class="relay-state" role="status" data-reach={relayReach.value.state}>
      <span class="relay-name">{strings.relay.label(relayName(relay))}</span>
      <span class={`tone-${tone}`}>
        <Icon name={icon} />
        {word}
      </span>
    </span>
  );
}

function reachWords(): { readonly word: string; readonly icon: IconName; readonly tone: string } {
  const reach = relayReach.value;
  switch (reach.state) {
    case 'asking':
      return { word: strings.relay.asking, icon: 'arc', tone: 'muted' };
    case 'starting':
      return { word: strings.relay.starting, icon: 'arc', tone: 'muted' };
    case 'ready':
      return { word: strings.relay.ready, icon: 'check', tone: 'ok' };
    case 'unreachable':
      return { word: strings.relay.unreachable, icon: 'offline', tone: 'warn' };
    case 'failed':
      return { word: strings.relay.failed(reach.message), icon: 'stop', tone: 'danger' };
    default:
      return reach satisfies never;
  }
}
