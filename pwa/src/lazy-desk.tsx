import { signal } from '@preact/signals';
import type { FunctionComponent } from 'preact';
import { t } from './i18n/words.ts';

interface DeskProps {
  part: string;
  id: string;
}

const desk = signal<FunctionComponent<DeskProps> | null>(null);
let asked = false;

/** The desk, fetched when somebody first sits down at it; a phone never loads it. */
export function LazyDesk(props: DeskProps) {
  const Desk = desk.value;
  if (Desk !== null) return <Desk {...props} />;
  if (!asked) {
    asked = true;
    void import('./desk/desk.tsx').then((chunk) => (desk.value = chunk.Desk));
  }
  return <p>{t('app.loading')}</p>;
}
