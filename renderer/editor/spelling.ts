import { signal } from '@preact/signals';
import { bridge, isWindows, type Spelling } from '../bridge.ts';
import { strings, uiLanguage } from '../strings.ts';

/** In which of the person's languages spelling is checked here. */
export const spelling = signal<Spelling>({ isChecked: true, missing: [] });

bridge.on('spelling:changed', (news) => {
  spelling.value = news;
});
void bridge.call('spelling:get', null).then((state) => {
  spelling.value = state;
});

/** Why spelling is not checked in some of the person's languages, and what helps; undefined where it is in all. */
export function spellingHint(): string | undefined {
  const { isChecked, missing } = spelling.value;
  if (missing.length === 0) return isChecked ? undefined : strings.spelling.unknown;
  const names = new Intl.DisplayNames(uiLanguage, { type: 'language' });
  const languages = new Intl.ListFormat(uiLanguage).format(missing.map((tag) => names.of(tag) ?? tag));
  return isWindows ? strings.spelling.missingOnWindows(languages) : strings.spelling.missing(languages);
}
