import { signal } from '@preact/signals';
import { t } from '../i18n/words.ts';
import { isFull } from '../store/room.ts';
import { Icon } from './icon.tsx';
import styles from './toast.module.css';
import { dropKept } from './use-kept.ts';

interface Told {
  readonly words: string;
  readonly good: boolean;
}

const told = signal<Told | null>(null);
let timer: ReturnType<typeof setTimeout> | undefined;

const SHOWN_MS = 3_500;

function tell(message: Told): void {
  clearTimeout(timer);
  told.value = message;
  timer = setTimeout(() => {
    told.value = null;
  }, SHOWN_MS);
}

/**
 * Run what records something, then say that it is saved and go on; say so as well when it could not be.
 *
 * `record` must resolve only once the disk has it.
 */
export async function saving(record: () => Promise<void>, done: () => void): Promise<void> {
  try {
    await record();
  } catch (error) {
    tell({ words: t(isFull(error) ? 'save.full' : 'save.failed'), good: false });
    reportError(error);
    return;
  }
  dropKept();
  tell({ words: t('saved'), good: true });
  done();
}

/** The same where the screen stays. */
export function savingHere(record: () => Promise<void>): Promise<void> {
  return saving(record, () => undefined);
}

export function say(words: string): void {
  tell({ words, good: true });
}

export function Toast() {
  const message = told.value;
  return (
    <div class={styles.place} role="status" aria-live="polite">
      {message && (
        <div
          class={message.good ? styles.toast : [styles.toast, styles.bad].join(' ')}
          data-testid={message.good ? 'toast-saved' : 'toast-failed'}
        >
          <Icon name={message.good ? 'check' : 'warn'} />
          <span>{message.words}</span>
        </div>
      )}
    </div>
  );
}
