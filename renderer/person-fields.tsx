import { maxNameLength, personClass } from './person.ts';
import { strings } from './strings.ts';

interface PersonFieldsProps {
  readonly name: string;
  readonly color: number;
  readonly onName: (name: string) => void;
  readonly onColor: (color: number) => void;
  /** The name is done: the field was left or Enter pressed. */
  readonly onNameDone?: () => void;
}

/** Fields for a person's name and colour. What is entered is told at once; keeping it is the caller's. */
export function PersonFields({ name, color, onName, onColor, onNameDone }: PersonFieldsProps) {
  return (
    <>
      <label class="field">
        <span class="field-name">{strings.settings.name}</span>
        <input
          value={name}
          maxLength={maxNameLength}
          autocomplete="name"
          spellcheck={false}
          data-first-focus
          onInput={(event) => onName(event.currentTarget.value)}
          onChange={onNameDone}
        />
      </label>
      <fieldset class="field">
        <legend class="field-name">{strings.settings.color}</legend>
        <div class="colors">
          {strings.settings.colors.map((word, index) => (
            <label key={word} class={`color ${personClass({ color: index })}`} title={word}>
              <input
                type="radio"
                name="color"
                aria-label={word}
                checked={index === color}
                onChange={() => onColor(index)}
              />
              <span class="swatch" />
            </label>
          ))}
        </div>
      </fieldset>
    </>
  );
}
