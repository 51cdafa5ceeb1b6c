import type { OrderId } from '../protocol/generated.ts';
import { t } from '../i18n/words.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import { lazy } from '../ui/lazy-screen.ts';
import { NoticeStrip } from '../ui/notice-strip.tsx';
import { Pill } from '../ui/pill.tsx';
import { SyncPill } from '../ui/sync-pill.tsx';
import { board } from '../view/board.ts';
import { href } from '../view/routes.ts';
import styles from './desk.module.css';
import { Discrepancies, openDiscrepancies } from './discrepancies.tsx';
import { OrdersDesk } from './orders-desk.tsx';
import { StockDesk } from './stock-desk.tsx';

const PLACES = [
  { id: 'orders', icon: 'orders', words: 'nav.orders' },
  { id: 'discrepancies', icon: 'flag', words: 'desk.discrepancies' },
  { id: 'stock', icon: 'shelf', words: 'desk.stock' },
  { id: 'parked', icon: 'pause', words: 'parked.title' },
  { id: 'fleet', icon: 'call', words: 'fleet.title' },
  { id: 'import', icon: 'up', words: 'import.title' },
  { id: 'store', icon: 'box', words: 'desk.store' },
] as const satisfies readonly { id: string; icon: IconName; words: string }[];

type Place = (typeof PLACES)[number]['id'];

const Fleet = lazy(async () => (await import('./fleet.tsx')).Fleet, false);
const Parked = lazy(async () => (await import('./parked.tsx')).Parked, false);
const StorePage = lazy(async () => (await import('./store-page.tsx')).StorePage, false);
const ImportOps = lazy(async () => (await import('./import-ops.tsx')).ImportOps, false);

/** Files of phones are for those who may decide what others recorded; the store is the owner's. */
function places() {
  const role = board.me.role;
  const decides = role === 'owner' || role === 'supervisor';
  const hidden = [...(decides ? [] : ['import']), ...(role === 'owner' ? [] : ['store'])];
  return PLACES.filter((place) => !hidden.includes(place.id));
}

/** Head office at a large screen: what happens now, what is wrong, what there is. */
export function Desk({ part, id }: { part: string; id: string }) {
  const here: Place = places().find((place) => place.id === part)?.id ?? 'orders';
  return (
    <div class={styles.desk} data-testid="desk">
      <header class={styles.bar}>
        <strong class={styles.name}>{t('app.name')}</strong>
        <nav class={styles.nav} aria-label={t('nav.main')}>
          {places().map((place) => (
            <a
              key={place.id}
              href={href('desk', place.id)}
              aria-current={place.id === here ? 'page' : undefined}
              data-testid={`desk-${place.id}`}
            >
              <Icon name={place.icon} />
              <span>{t(place.words)}</span>
              {place.id === 'discrepancies' && openDiscrepancies.value.length > 0 && (
                <bdi class={styles.badge} data-testid="desk-open-count">
                  {openDiscrepancies.value.length}
                </bdi>
              )}
            </a>
          ))}
        </nav>
        <Live />
        <SyncPill small={false} />
        <a href={href('more')} class={styles.me} data-testid="desk-more">
          <Icon name="person" />
          <bdi>{board.me.name}</bdi>
        </a>
      </header>
      <NoticeStrip />
      {here === 'orders' && <OrdersDesk chosen={id === '' ? null : (id as OrderId)} />}
      {here === 'discrepancies' && <Discrepancies />}
      {here === 'stock' && <StockDesk />}
      {here === 'parked' && <Parked />}
      {here === 'fleet' && <Fleet />}
      {here === 'import' && <ImportOps />}
      {here === 'store' && <StorePage />}
    </div>
  );
}

/** Whether changes arrive as they happen. */
function Live() {
  const live = board.live.value;
  return (
    <Pill tone={live ? 'ok' : 'mute'} icon={live ? 'check' : 'clock'} testId="desk-live">
      {t(live ? 'sync.live' : 'sync.not_live')}
    </Pill>
  );
}
