/** Our own small set of pictures, drawn in the colour of the text beside them. Always together with a word. */

import styles from './icon.module.css';

const PATHS = {
  call: 'M6 3h3l2 5-2.5 1.5a11 11 0 0 0 6 6L16 13l5 2v3a3 3 0 0 1-3 3A15 15 0 0 1 3 6a3 3 0 0 1 3-3z',
  chat: 'M12 3a9 9 0 0 0-7.8 13.5L3 21l4.6-1.2A9 9 0 1 0 12 3z M8.5 10h7 M8.5 14h4.5',
  box: 'M3 7.5 12 3l9 4.5v9L12 21l-9-4.5z M3 7.5l9 4.5 9-4.5 M12 12v9',
  truck:
    'M2 6h11v10H2z M13 10h4l4 3.5V16h-8z M6 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4z M17 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4z',
  check: 'M4 12.5 9.5 18 20 6.5',
  cross: 'M5 5l14 14 M19 5 5 19',
  back: 'M15 4l-8 8 8 8',
  forward: 'M9 4l8 8-8 8',
  up: 'M12 20V5 M5 12l7-7 7 7',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13z M15.5 15.5 21 21',
  orders: 'M5 3h14v18l-3-2-2 2-2-2-2 2-2-2-3 2z M8.5 8h7 M8.5 12h7',
  hand: 'M8 12V5.5a1.5 1.5 0 0 1 3 0V11 M11 10V4.5a1.5 1.5 0 0 1 3 0V11 M14 10.5V6a1.5 1.5 0 0 1 3 0v8a7 7 0 0 1-7 7c-3 0-4.500-1.500-6-4l-1.500-3a1.500 1.500 0 0 1 2.500-1.500L8 15',
  shelf: 'M3 4v17 M21 4v17 M3 10h18 M3 18h18 M7 10V6h4v4 M13 18v-5h4v5',
  more: 'M5 12h.01 M12 12h.01 M19 12h.01',
  warn: 'M12 3.500 22 20.500H2z M12 10v5 M12 18h.01',
  offline:
    'M3 3l18 18 M5 12a10 10 0 0 1 4-2.600 M2 8.500a15 15 0 0 1 4-2.700 M12 5a15 15 0 0 1 10 3.500 M15 9.800a10 10 0 0 1 4 2.200 M8.500 15.500a5 5 0 0 1 7 0 M12 19h.01',
  copy: 'M9 9h11v11H9z M5 15H4V4h11v1',
  plus: 'M12 5v14 M5 12h14',
  minus: 'M5 12h14',
  refresh:
    'M20 11a8 8 0 0 0-14-4.500L4 8.500 M4 4v4.500h4.500 M4 13a8 8 0 0 0 14 4.500l2-2 M20 20v-4.500h-4.500',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8z M4 21a8 8 0 0 1 16 0',
  flag: 'M5 21V4h13l-3 4 3 4H5',
  pause: 'M8 5v14 M16 5v14',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z M12 7v5l3.500 2',
} as const;

export type IconName = keyof typeof PATHS;

/** Arrows that point along the line of reading turn around in Urdu; ticks and handsets do not. */
const TURNS: readonly IconName[] = ['back', 'forward'];

export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      class={TURNS.includes(name) ? `${styles.icon ?? ''} ${styles.turns ?? ''}` : styles.icon}
      viewBox="0 0 24 24"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
