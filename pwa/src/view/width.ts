/** Whether there is room for the desk. */

import { signal } from '@preact/signals';

const query = typeof matchMedia === 'undefined' ? null : matchMedia('(min-width: 1024px)');

export const isWide = signal(query?.matches ?? false);

query?.addEventListener('change', () => {
  isWide.value = query.matches;
});
