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
  const { isChecked, missing, unusable = [] } = spelling.value;
  const words = strings.spelling;
  const sentences = [
    ...(missing.length > 0
      ? [isWindows ? words.missingOnWindows(listed(missing)) : words.missing(listed(missing))]
      : []),
    ...(unusable.length > 0 ? [words.unusable(listed(unusable), unusable.length)] : []),
  ];
  if (sentences.length > 0) return sentences.join(' ');
  return isChecked ? undefined : words.unknown;
}

function listed(languages: readonly string[]): string {
  const names = new Intl.DisplayNames(uiLanguage, { type: 'language' });
  return new Intl.ListFormat(uiLanguage).format(languages.map((tag) => names.of(tag) ?? tag));
}
