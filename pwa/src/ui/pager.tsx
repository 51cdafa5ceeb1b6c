import type { Signal } from '@preact/signals';
import { t } from '../i18n/words.ts';
import { Button } from './button.tsx';
import { Pair } from './frame.tsx';

/** Rows on the screen at once: more would make a cheap phone stutter. */
export const PAGE = 60;

interface PagerProps {
  all: number;
  page: Signal<number>;
  size?: number;
}

export function Pager({ all, page, size = PAGE }: PagerProps) {
  const left = all - (page.value + 1) * size;
  if (left <= 0 && page.value === 0) return null;
  const turn = (by: number) => {
    page.value += by;
    scrollTo(0, 0);
  };
  return (
    <Pair>
      <Button
        disabled={page.value === 0}
        testId="page-previous"
        onPress={() => {
          turn(-1);
        }}
      >
        {t('orders.previous')}
      </Button>
      <Button
        disabled={left <= 0}
        testId="page-next"
        onPress={() => {
          turn(1);
        }}
      >
        {t('orders.next', { n: Math.max(0, Math.min(size, left)) })}
      </Button>
    </Pair>
  );
}
