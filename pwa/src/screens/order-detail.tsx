import { t } from '../i18n/words.ts';
import type { Order, OrderId } from '../protocol/generated.ts';
import { needsBranch } from '../protocol/statuses.ts';
import { Banner, Empty } from '../ui/banner.tsx';
import { Button, ButtonLink } from '../ui/button.tsx';
import { ContactCard } from '../ui/contact-card.tsx';
import { Frame, Soft } from '../ui/frame.tsx';
import { HistoryCard, ItemsCard, Troubles } from '../ui/order-sections.tsx';
import { StatusPill } from '../ui/pill.tsx';
import { ShipmentsCard } from '../ui/shipments-card.tsx';
import { useKept } from '../ui/use-kept.ts';
import { board } from '../view/board.ts';
import { call, callAnswered } from '../view/calls.ts';
import { may, nextStep, type NextStep } from '../view/next-step.ts';
import { href } from '../view/routes.ts';
import { ConfirmSheet } from './confirm-sheet.tsx';

export function OrderDetail({ id }: { id: OrderId }) {
  const order = board.replica.book.orders.get(id);
  const [asking, setAsking] = useKept('asking', false);
  if (order === undefined) {
    return (
      <Frame title={t('nav.orders')} home={['orders']}>
        {board.loaded.value && <Empty title={t('order.missing')} />}
      </Frame>
    );
  }
  const step = nextStep(order);
  const title = <bdi data-testid="order-name">{order.name}</bdi>;
  return (
    <Frame
      title={title}
      home={['orders']}
      dock={
        <StepButton
          order={order}
          step={step}
          onConfirm={() => {
            setAsking(true);
          }}
        />
      }
    >
      <OrderParts order={order} step={step} />
      <Asking
        order={order}
        asked={asking}
        onDone={() => {
          setAsking(false);
        }}
      />
    </Frame>
  );
}

/** The order itself; the desk shows the same beside its table. */
export function OrderParts({ order, step }: { order: Order; step: NextStep | null }) {
  const touches = ['confirm', 'pack', 'manual_fulfillment', 'deliver'] as const;
  const readOnly = !touches.some((kind) => may(kind, null));
  return (
    <>
      <div data-testid="order-status" data-status={order.status}>
        <StatusPill status={order.status} />
      </div>
      <Troubles order={order} />
      {needsBranch(order) && <Banner tone="warn">{t('order.branch_sync')}</Banner>}
      <ContactCard order={order} />
      <ItemsCard order={order} />
      <ShipmentsCard order={order} main={step} />
      <HistoryCard order={order} />
      {readOnly && <Soft>{t('order.read_only')}</Soft>}
    </>
  );
}

interface StepProps {
  order: Order;
  step: NextStep | null;
  onConfirm: () => void;
}

/** The one primary action: what the order waits for. */
export function StepButton({ order, step, onConfirm }: StepProps) {
  if (step === null) return null;
  if (step.kind === 'confirm') {
    return (
      <Button look="primary" icon="check" testId="go-confirm" onPress={onConfirm}>
        {t('confirm.action')}
      </Button>
    );
  }
  const to =
    'id' in step ? href('shipment', step.id, step.kind) : href('order', order.id, 'create');
  return (
    <ButtonLink look="primary" to={to} testId={`go-${step.kind}`}>
      {t(`${step.kind}.action`)}
    </ButtonLink>
  );
}

/** "How did it go?": when asked for, and when somebody comes back from a call or a chat. */
export function Asking(props: { order: Order; asked: boolean; onDone: () => void }) {
  const { order, asked, onDone } = props;
  const returned = call.value?.orderId === order.id && call.value.back ? call.value : null;
  const open = nextStep(order)?.kind === 'confirm' && (asked || returned !== null);
  if (!open) return null;
  return (
    <ConfirmSheet
      order={order}
      channel={call.value?.orderId === order.id ? call.value.channel : 'call'}
      onDone={() => {
        callAnswered();
        onDone();
      }}
    />
  );
}
