import type { ComponentChildren } from 'preact';
import { t } from '../i18n/words.ts';
import { goBack } from '../view/routes.ts';
import styles from './frame.module.css';
import { Icon } from './icon.tsx';
import { NoticeStrip } from './notice-strip.tsx';
import { SyncPill } from './sync-pill.tsx';

interface FrameProps {
  title: ComponentChildren;
  /** Where "back" leads when this was the first screen; without it there is no such button. */
  home?: readonly string[];
  children: ComponentChildren;
  /** The one primary action, within reach of the thumb. */
  dock?: ComponentChildren;
}

/** A phone screen: bar with the sync pill, what it is about, and its one action. */
export function Frame({ title, home, children, dock }: FrameProps) {
  return (
    <>
      <header class={styles.bar}>
        {home && (
          <button
            type="button"
            class={styles.back}
            aria-label={t('nav.back')}
            data-testid="back"
            onClick={() => {
              goBack(home);
            }}
          >
            <Icon name="back" />
          </button>
        )}
        <h1 class={styles.title}>{title}</h1>
        <SyncPill small={home !== undefined} />
      </header>
      <NoticeStrip />
      <main class={styles.main}>{children}</main>
      {dock && <div class={styles.dock}>{dock}</div>}
    </>
  );
}

/** A box with a heading. */
export function Card({ title, children }: { title?: string; children: ComponentChildren }) {
  return (
    <section class={styles.card}>
      {title && <h2>{title}</h2>}
      {children}
    </section>
  );
}

/** Two controls beside each other. */
export function Pair({ children }: { children: ComponentChildren }) {
  return <div class={styles.pair}>{children}</div>;
}

/** Label and value at the two ends of a line. */
export function Ends({ from, to }: { from: ComponentChildren; to: ComponentChildren }) {
  return (
    <div class={styles.ends}>
      <span>{from}</span>
      <span>{to}</span>
    </div>
  );
}

export function Soft({ children }: { children: ComponentChildren }) {
  return <p class={styles.soft}>{children}</p>;
}
