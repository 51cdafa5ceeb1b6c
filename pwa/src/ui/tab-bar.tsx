import { t } from '../i18n/words.ts';
import { RIGHTS } from '../protocol/generated.ts';
import { board } from '../view/board.ts';
import { href, route } from '../view/routes.ts';
import { Icon, type IconName } from './icon.tsx';
import styles from './tab-bar.module.css';

interface Tab {
  readonly id: 'orders' | 'manual' | 'stock' | 'more';
  readonly icon: IconName;
}

const ORDERS: Tab = { id: 'orders', icon: 'orders' };
const MANUAL: Tab = { id: 'manual', icon: 'hand' };
const STOCK: Tab = { id: 'stock', icon: 'shelf' };
const MORE: Tab = { id: 'more', icon: 'more' };

/** The places that this person has work in. */
function tabs(): readonly Tab[] {
  const me = board.me;
  const manual = RIGHTS[me.role].manual_fulfillment ? [MANUAL] : [];
  const stock = board.myBranches.length > 0 && me.role !== 'rider' ? [STOCK] : [];
  const orders = me.role === 'recorder' ? [] : [ORDERS];
  return [...orders, ...manual, ...stock, MORE];
}

export function TabBar() {
  const shown = tabs();
  const here = route.value[0] ?? shown[0]?.id;
  return (
    <nav class={styles.bar} aria-label={t('nav.main')}>
      {shown.map(({ id, icon }) => (
        <a
          key={id}
          href={href(id)}
          class={styles.tab}
          aria-current={here === id ? 'page' : undefined}
          data-testid={`tab-${id}`}
        >
          <Icon name={icon} />
          <span>{t(`nav.${id}`)}</span>
        </a>
      ))}
    </nav>
  );
}
