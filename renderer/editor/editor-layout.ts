import { signal } from '@preact/signals';
import { changeSettings, initialSettings, settings, type ViewSettings } from '../settings-store.ts';

/** A panel at the right of the text; at most one is open. */
export type SidePanelName = 'comments' | 'history';

/** The side panel that is open in this window. */
export const sidePanel = signal<SidePanelName | undefined>(undefined);

/** Opens a side panel in place of another one, or closes it. */
export function toggleSidePanel(name: SidePanelName): void {
  sidePanel.value = sidePanel.peek() === name ? undefined : name;
}

/** How this person likes to see text, on this computer; follow it inside a component or an effect. */
export function viewSettings(): ViewSettings {
  return (settings.value ?? initialSettings).view;
}

/** Changes how text is shown, here and in every open window. */
export function changeView(change: Partial<ViewSettings>): void {
  const { view } = settings.peek() ?? initialSettings;
  void changeSettings({ view: { ...view, ...change } });
}
