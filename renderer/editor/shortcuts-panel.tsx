import { isMac, keysInWords, keysOf, namedCommands } from '../bridge.ts';
import { Popover } from '../popover.tsx';
import { strings } from '../strings.ts';

const sections = ['file', 'edit', 'lines', 'format', 'view', 'help'] as const;

/** Every command that has a key, from the table that the keys themselves are made from. */
export function ShortcutsPanel({ onClose }: { readonly onClose: () => void }) {
  return (
    <Popover heading={strings.shortcuts.heading} place="shortcuts-place" onClose={onClose}>
      <div class="shortcuts">
        {sections.map((section) => (
          <section key={section}>
            <h3>{strings.shortcuts.sections[section]}</h3>
            <dl>
              {namedCommands
                .filter(([, command]) => command.section === section && keysOf(command, isMac) !== '')
                .map(([name, command]) => (
                  <Shortcut key={name} label={command.label} keys={keysInWords(command, isMac)} />
                ))}
            </dl>
          </section>
        ))}
        <p class="hint">{strings.shortcuts.severalCursors(isMac)}</p>
        <p class="hint">{strings.shortcuts.tab}</p>
      </div>
    </Popover>
  );
}

function Shortcut({ label, keys }: { readonly label: string; readonly keys: string }) {
  return (
    <div class="shortcut">
      <dt>{label}</dt>
      <dd>
        <kbd>{keys}</kbd>
      </dd>
    </div>
  );
}
