import type { ComponentChildren } from 'preact';
import styles from './banner.module.css';
import { Icon, type IconName } from './icon.tsx';

interface BannerProps {
  tone: 'info' | 'ok' | 'warn' | 'bad';
  children: ComponentChildren;
  testId?: string;
}

const ICONS: Readonly<Record<BannerProps['tone'], IconName>> = {
  info: 'clock',
  ok: 'check',
  warn: 'warn',
  bad: 'flag',
};

export function Banner({ tone, children, testId }: BannerProps) {
  return (
    <div
      class={[styles.banner, styles[tone]].join(' ')}
      role={tone === 'bad' ? 'alert' : 'status'}
      data-testid={testId}
    >
      <Icon name={ICONS[tone]} />
      <div>{children}</div>
    </div>
  );
}

interface EmptyProps {
  title: string;
  children?: ComponentChildren;
}

/** What stands where nothing is. */
export function Empty({ title, children }: EmptyProps) {
  return (
    <div class={styles.empty} data-testid="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
