import { t } from '../i18n/words.ts';
import { board } from '../view/board.ts';
import { href } from '../view/routes.ts';
import { applyUpdate, updateReady } from '../view/updates.ts';
import { Icon } from './icon.tsx';
import styles from './notice-strip.module.css';

/** What everybody must know on every screen: no connection, signed out, locked out, a new version. */
export function NoticeStrip() {
  const sync = board.sync.value;
  if (sync?.revoked) return <Strip tone="bad" words={t('sync.revoked')} testId="strip-revoked" />;
  if (sync?.signedOut) {
    return (
      <a href={href('enrol')} class={styles.link}>
        <Strip tone="bad" words={t('sync.signed_out')} testId="strip-signed-out" />
      </a>
    );
  }
  if (sync?.full) return <Strip tone="bad" words={t('sync.full')} testId="strip-full" />;
  if (sync?.reached === false) {
    return <Strip tone="warn" words={t('sync.strip')} testId="strip-offline" />;
  }
  if (updateReady.value) {
    return (
      <div class={[styles.strip, styles.info].join(' ')} data-testid="strip-update">
        <Icon name="refresh" />
        <span>{t('app.update')}</span>
        <button type="button" class={styles.apply} onClick={applyUpdate} data-testid="update-apply">
          {t('app.update.apply')}
        </button>
      </div>
    );
  }
  if (sync?.fetching && !board.loaded.value) {
    return <Strip tone="info" words={t('sync.fetching')} testId="strip-fetching" />;
  }
  return null;
}

function Strip(props: { tone: 'warn' | 'bad' | 'info'; words: string; testId: string }) {
  return (
    <div
      class={[styles.strip, styles[props.tone]].join(' ')}
      role="status"
      data-testid={props.testId}
    >
      <Icon name={props.tone === 'info' ? 'refresh' : 'offline'} />
      <span>{props.words}</span>
    </div>
  );
}
