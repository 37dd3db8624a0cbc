import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon, type IconName } from '../icon.tsx';
import { strings } from '../strings.ts';

/** A line of the menu. With `checked` it is a switch that shows whether it is on. */
export interface EditorMenuItem {
  readonly label: string;
  readonly checked?: boolean;
  /** As people read it, such as `Ctrl+Shift+H`. */
  readonly keys?: string;
  /** A sentence under the label. */
  readonly hint?: string | undefined;
  /** Undefined where it cannot be used now; the hint says why. */
  readonly run: (() => void) | undefined;
}

/** A line with a number and a button for less and one for more; the menu stays open. */
export interface EditorMenuStepper {
  readonly label: string;
  readonly value: string;
  readonly less: EditorMenuStep;
  readonly more: EditorMenuStep;
}

/** A button of a stepper; `run` is undefined at the bound. */
export interface EditorMenuStep {
  readonly label: string;
  readonly run: (() => void) | undefined;
}

/** Items that belong together; a line is drawn between groups. */
export type EditorMenuGroup = readonly (EditorMenuItem | EditorMenuStepper)[];

/** The button at the end of the header and its menu: arrows move, Enter runs, Escape and a press outside close. */
export function EditorMenu({ groups }: { readonly groups: readonly EditorMenuGroup[] }) {
  const [open, setOpen] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const close = (giveFocusBack: boolean) => {
    setOpen(false);
    if (giveFocusBack) opener.current?.focus();
  };
  return (
    <div class="editor-menu">
      <button
        type="button"
        class="quiet-icon"
        ref={opener}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-label={strings.menu.label}
        title={strings.menu.label}
        onClick={() => setOpen(!open)}
      >
        <Icon name="more" />
      </button>
      {open && <OpenMenu groups={groups.filter((group) => group.length > 0)} onClose={close} />}
    </div>
  );
}

interface OpenMenuProps {
  readonly groups: readonly EditorMenuGroup[];
  readonly onClose: (giveFocusBack: boolean) => void;
}

function OpenMenu({ groups, onClose }: OpenMenuProps) {
  const menu = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  close.current = onClose;
  const items = () => [...(menu.current?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? [])];
  useLayoutEffect(() => {
    items()[0]?.focus();
    const pressOutside = ({ target }: PointerEvent) => {
      if (!(target instanceof Element) || menu.current?.parentElement?.contains(target)) return;
      close.current(false);
    };
    document.addEventListener('pointerdown', pressOutside);
    return () => document.removeEventListener('pointerdown', pressOutside);
  }, []);

  const move = (event: KeyboardEvent) => {
    const all = items();
    const at = all.findIndex((item) => item.matches(':focus'));
    const targets: Readonly<Record<string, number>> = {
      ArrowDown: (at + 1) % all.length,
      ArrowUp: (at - 1 + all.length) % all.length,
      Home: 0,
      End: all.length - 1,
    };
    if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault();
      event.stopPropagation();
      onClose(true);
      return;
    }
    const target = targets[event.key];
    if (target === undefined) return;
    event.preventDefault();
    all[target]?.focus();
  };

  return (
    <div class="popover menu" role="menu" aria-label={strings.menu.label} ref={menu} onKeyDown={move}>
      {groups.map((group) => (
        <fieldset class="menu-group" key={group.map(({ label }) => label).join()}>
          {group.map((item) =>
            'value' in item ? (
              <StepperLine key={item.label} stepper={item} />
            ) : (
              <MenuLine key={item.label} item={item} onDone={() => onClose(true)} />
            ),
          )}
        </fieldset>
      ))}
    </div>
  );
}

function MenuLine({ item, onDone }: { readonly item: EditorMenuItem; readonly onDone: () => void }) {
  const { label, checked, keys, hint, run } = item;
  const chosen = () => {
    if (run === undefined) return;
    onDone();
    run();
  };
  const words = (
    <>
      <span class="menu-check">{checked === true && <Icon name="check" />}</span>
      <span>
        {label}
        {hint !== undefined && <span class="menu-hint">{hint}</span>}
      </span>
      {keys !== undefined && <span class="menu-keys">{keys}</span>}
    </>
  );
  const line = {
    type: 'button',
    class: 'menu-item',
    tabIndex: -1,
    'aria-disabled': run === undefined,
    onClick: chosen,
  } as const;
  if (checked === undefined) {
    return (
      <button {...line} role="menuitem">
        {words}
      </button>
    );
  }
  return (
    <button {...line} role="menuitemcheckbox" aria-checked={checked}>
      {words}
    </button>
  );
}

function StepperLine({ stepper }: { readonly stepper: EditorMenuStepper }) {
  const { label, value, less, more } = stepper;
  return (
    <div class="menu-item menu-stepper" role="presentation">
      <span class="menu-check" />
      <span>{label}</span>
      <StepButton step={less} icon="minus" />
      <span class="menu-value">{value}</span>
      <StepButton step={more} icon="plus" />
    </div>
  );
}

function StepButton({ step, icon }: { readonly step: EditorMenuStep; readonly icon: IconName }) {
  return (
    <button
      type="button"
      class="quiet-icon"
      role="menuitem"
      tabIndex={-1}
      aria-label={step.label}
      aria-disabled={step.run === undefined}
      title={step.label}
      onClick={step.run}
    >
      <Icon name={icon} />
    </button>
  );
}
