import { useEffect, useRef, useState } from 'preact/hooks';
import { parseRelayAddress } from '../sync/link.ts';
import { isDesktop } from './bridge.ts';
import { cleanName } from './person.ts';
import { PersonFields } from './person-fields.tsx';
import { Popover } from './popover.tsx';
import { changeSettings, initialSettings, settings } from './settings-store.ts';
import { strings } from './strings.ts';

/** Time without a key press after which a name counts as typed, so that others do not watch it grow letter by letter. */
const typedMs = 500;

/** One's name and colour, and where documents go. Everything is kept as soon as it is entered. */
export function SettingsPanel({ onClose }: { readonly onClose: () => void }) {
  return (
    <Popover heading={strings.settings.heading} place="settings-place" onClose={onClose}>
      <OwnPerson />
      {isDesktop && <RelayFields />}
      <p class="hint">{strings.settings.theme}</p>
    </Popover>
  );
}

/** One's name and colour alone, where a document is open. */
export function OwnPersonPanel({ onClose }: { readonly onClose: () => void }) {
  return (
    <Popover heading={strings.people.yourself} place="self-place" onClose={onClose}>
      <OwnPerson />
    </Popover>
  );
}

function OwnPerson() {
  const { color } = settings.value ?? initialSettings;
  const [name, setName] = useState(settings.value?.name ?? '');
  const typed = useRef<{ readonly timer: number; readonly name: string } | undefined>(undefined);
  const keep = () => {
    const pending = typed.current;
    typed.current = undefined;
    window.clearTimeout(pending?.timer);
    if (pending !== undefined) void changeSettings({ name: cleanName(pending.name) });
  };
  useEffect(() => keep, []);
  return (
    <PersonFields
      name={name}
      color={color}
      onName={(text) => {
        setName(text);
        window.clearTimeout(typed.current?.timer);
        typed.current = { name: text, timer: window.setTimeout(keep, typedMs) };
      }}
      onNameDone={keep}
      onColor={(next) => void changeSettings({ color: next })}
    />
  );
}

function RelayFields() {
  const { relay } = settings.value ?? initialSettings;
  const [away, setAway] = useState(relay !== 'local');
  const [address, setAddress] = useState(relay === 'local' ? '' : relay.url);
  const [wrong, setWrong] = useState(false);

  const keepAddress = () => {
    const url = parseRelayAddress(address);
    setWrong(url === undefined && address.trim() !== '');
    if (url !== undefined) void changeSettings({ relay: { url } });
  };
  const choose = (elsewhere: boolean) => {
    setAway(elsewhere);
    if (elsewhere) keepAddress();
    else void changeSettings({ relay: 'local' });
  };

  return (
    <fieldset class="field">
      <legend class="field-name">{strings.settings.relay}</legend>
      <label class="choice">
        <input type="radio" name="relay" checked={!away} onChange={() => choose(false)} />
        <span>
          {strings.settings.relayHere}
          <span class="hint">{strings.settings.relayHereHint}</span>
        </span>
      </label>
      <label class="choice">
        <input type="radio" name="relay" checked={away} onChange={() => choose(true)} />
        <span>{strings.settings.relayAddress}</span>
      </label>
      {away && (
        <input
          class="indented"
          value={address}
          placeholder={strings.settings.addressExample}
          aria-label={strings.settings.address}
          aria-invalid={wrong}
          aria-describedby="address-wrong"
          spellcheck={false}
          onInput={(event) => setAddress(event.currentTarget.value)}
          onChange={keepAddress}
        />
      )}
      <p id="address-wrong" class="error" role="alert">
        {away && wrong ? strings.settings.addressWrong : ''}
      </p>
    </fieldset>
  );
}
