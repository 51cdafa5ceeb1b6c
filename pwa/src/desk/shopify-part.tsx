import { t } from '../i18n/words.ts';
import type { Discrepancy, Fulfillment, Order } from '../protocol/generated.ts';
import { Button } from '../ui/button.tsx';
import { Pill } from '../ui/pill.tsx';
import { board } from '../view/board.ts';
import { record } from '../view/recording.ts';
import styles from './desk.module.css';

/** What Shopify knows of an order, what it would not do, and the ways to mend that: here, or there. */
export function ShopifyPart({ order }: { order: Order }) {
  const told = [...board.replica.book.fulfillments.values()].filter(
    (f) => f.order_id === order.id && f.workflow === 'smart' && f.shopify_state !== 'not_yet',
  );
  const refused = [...board.replica.base.discrepancies.values()].filter(
    (d) => d.order_id === order.id && d.code === 'shopify_failed' && d.closed_at === null,
  );
  if (order.shopify_gid === null) return null;
  return (
    <section class={styles.shopify} data-testid="shopify-part">
      <h3>{t('desk.shopify')}</h3>
      {told.map((shipment) => (
        <Told key={shipment.id} shipment={shipment} />
      ))}
      {refused.map((found) => (
        <Refused key={found.id} found={found} />
      ))}
      <a
        href={`/desk/in-shopify/${order.id}`}
        target="_blank"
        rel="noopener"
        data-testid="open-in-shopify"
      >
        {t('desk.open_in_shopify')}
      </a>
    </section>
  );
}

function Told({ shipment }: { shipment: Fulfillment }) {
  const { shopify_state, shopify_error, tracking_number } = shipment;
  return (
    <div data-testid="shopify-told" data-state={shopify_state}>
      <Pill tone={TONES[shopify_state] ?? 'mute'}>{t(`shopify.${shopify_state}`)}</Pill>{' '}
      <bdi>{tracking_number}</bdi>
      {shopify_error !== null && shopify_state !== 'failed' && (
        <div class={styles.soft}>
          <bdi>{shopify_error}</bdi>
        </div>
      )}
    </div>
  );
}

const TONES: Partial<Record<Fulfillment['shopify_state'], 'ok' | 'bad' | 'warn'>> = {
  confirmed: 'ok',
  failed: 'bad',
  unknown: 'warn',
};

function Refused({ found }: { found: Discrepancy }) {
  const role = board.me.role;
  const decides = role === 'owner' || role === 'supervisor';
  return (
    <div data-testid="shopify-refused">
      <strong>{t('code.shopify_failed')}</strong>
      <div class={styles.soft}>
        <bdi>{found.detail}</bdi>
      </div>
      {decides && (
        <Button
          look="primary"
          testId="shopify-retry"
          onPress={() => void record('resolve', { discrepancy_id: found.id, outcome: 'retry' })}
        >
          {t('desk.shopify_retry')}
        </Button>
      )}
    </div>
  );
}
