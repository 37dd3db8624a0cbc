import { useState } from 'preact/hooks';
import { cleanName } from './person.ts';
import { PersonFields } from './person-fields.tsx';
import { changeSettings, settings } from './settings-store.ts';
import { strings } from './strings.ts';

/** Asks for a name and a colour, once, without standing in the way of anything else. */
export function WelcomeCard({ text }: { readonly text: string }) {
  const [name, setName] = useState('');
  const [color, setColor] = useState(settings.value?.color ?? 0);
  const done = (event: Event) => {
    event.preventDefault();
    void changeSettings({ name: cleanName(name) || strings.guest, color });
  };
  return (
    <form class="welcome" aria-label={strings.welcome.heading} onSubmit={done}>
      <div class="welcome-words">
        <h2>{strings.welcome.heading}</h2>
        <p>{text}</p>
      </div>
      <PersonFields name={name} color={color} onName={setName} onColor={setColor} />
      <button type="submit">{strings.welcome.done}</button>
    </form>
  );
}
