const paths = {
  check: 'M3.5 8.5l3 3 6-7',
  arc: 'M8 2.5a5.5 5.5 0 1 1-5.5 5.5',
  up: 'M8 13V4M4.5 7L8 3.5 11.5 7',
  down: 'M8 3v9M4.5 9L8 12.5 11.5 9',
  offline: 'M3 3l10 10M6 4.6A4 4 0 0 1 12 8a2.5 2.5 0 0 1 1.2 3.8M4.6 6.6A3 3 0 0 0 5 12.5h5.5',
  stop: 'M8 4.5v4M8 11v.5M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8z',
  back: 'M10 3.5L5.5 8l4.5 4.5',
  restore: 'M2.8 2.4v3.1h3.1M3.1 5.5A5.5 5.5 0 1 1 2.6 9',
  close: 'M4 4l8 8M12 4l-8 8',
  eye: 'M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8zM8 6.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6z',
  more: 'M3 8h.01M8 8h.01M13 8h.01',
  minus: 'M3.5 8h9',
  plus: 'M3.5 8h9M8 3.5v9',
  comment: 'M2.5 3.5h11v7.5H8L5 13.5V11H2.5z',
  'chevron-up': 'M4 10l4-4 4 4',
  'chevron-down': 'M4 6l4 4 4-4',
} as const;

/** The name of a drawing of `Icon`. */
export type IconName = keyof typeof paths;

/** A 16 px line drawing in the colour of the text around it. It carries no name: the words beside it do. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
