import { useState } from 'preact/hooks';
import { t } from '../i18n/words.ts';
import type { OrderId } from '../protocol/generated.ts';
import { Asking, OrderParts, StepButton } from '../screens/order-detail.tsx';
import { board } from '../view/board.ts';
import { nextStep } from '../view/next-step.ts';
import { BranchSyncPart } from './branch-sync-part.tsx';
import styles from './desk.module.css';
import { ShopifyPart } from './shopify-part.tsx';

/** The chosen order beside the table, with the same parts and the same next step as on a phone. */
export function OrderPanel({ id }: { id: OrderId | null }) {
  const [asking, setAsking] = useState(false);
  const order = id === null ? undefined : board.replica.book.orders.get(id);
  if (order === undefined) {
    return (
      <aside class={styles.panel}>
        <p class={styles.soft}>{t('desk.pick')}</p>
      </aside>
    );
  }
  const step = nextStep(order);
  return (
    <aside class={styles.panel} data-testid="desk-panel" data-order={order.name}>
      <h2>
        <bdi>{order.name}</bdi>
      </h2>
      <StepButton
        order={order}
        step={step}
        onConfirm={() => {
          setAsking(true);
        }}
      />
      <BranchSyncPart key={`${order.id}/${String(order.rev)}`} order={order} />
      <OrderParts order={order} step={step} />
      <ShopifyPart order={order} />
      <Asking
        order={order}
        asked={asking}
        onDone={() => {
          setAsking(false);
        }}
      />
    </aside>
  );
}
