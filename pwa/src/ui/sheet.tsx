import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../i18n/words.ts';
import { Icon } from './icon.tsx';
import styles from './sheet.module.css';

interface SheetProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  testId: string;
}

/** A question over the screen, in the browser's own dialog: focus, Escape and the way back come with it. */
export function Sheet({ title, onClose, children, testId }: SheetProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} class={styles.sheet} onClose={onClose} data-testid={testId}>
      <header class={styles.head}>
        <h2>{title}</h2>
        <button
          type="button"
          class={styles.close}
          aria-label={t('close')}
          onClick={() => dialog.current?.close()}
        >
          <Icon name="cross" />
        </button>
      </header>
      {children}
    </dialog>
  );
}
