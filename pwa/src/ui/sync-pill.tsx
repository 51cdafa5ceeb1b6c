import { t } from '../i18n/words.ts';
import { board } from '../view/board.ts';
import { needsAttention } from '../view/results.ts';
import { href } from '../view/routes.ts';
import { Icon, type IconName } from './icon.tsx';
import styles from './sync-pill.module.css';

interface Shown {
  readonly tone: 'ok' | 'wait' | 'bad';
  readonly icon: IconName;
  readonly words: string;
  readonly short: string;
}

function shown(): Shown {
  const waiting = board.unsent.value;
  const attention = needsAttention.value;
  const sync = board.sync.value;
  if (attention > 0) {
    const words = t('sync.attention', { n: attention });
    return { tone: 'bad', icon: 'flag', words, short: String(attention) };
  }
  if (waiting > 0) {
    const words = t('sync.waiting', { n: waiting });
    return { tone: 'wait', icon: 'up', words, short: String(waiting) };
  }
  if (sync?.reached === false) {
    return { tone: 'wait', icon: 'offline', words: t('sync.offline'), short: '' };
  }
  if (sync?.reached !== true) {
    return { tone: 'ok', icon: 'refresh', words: t('sync.syncing'), short: '' };
  }
  return { tone: 'ok', icon: 'check', words: t('sync.synced'), short: '' };
}

/** Always in sight, leads to what waits. On screens with a long title only its picture and count are shown. */
export function SyncPill({ small }: { small: boolean }) {
  const { tone, icon, words, short } = shown();
  return (
    <a
      href={href('outbox')}
      class={[styles.pill, styles[tone]].join(' ')}
      aria-label={small ? t('sync.open', { state: words }) : undefined}
      data-testid="sync-pill"
      data-state={tone}
      data-unsent={board.unsent.value}
    >
      <Icon name={icon} />
      {small ? short && <bdi>{short}</bdi> : <span>{words}</span>}
    </a>
  );
}
