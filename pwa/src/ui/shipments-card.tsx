import { money } from '../i18n/figures.ts';
import { t } from '../i18n/words.ts';
import type { Fulfillment, Order } from '../protocol/generated.ts';
import { lineOf } from '../protocol/order-lines.ts';
import { branchName, courierName } from '../view/names.ts';
import { may, shipmentStep, type NextStep } from '../view/next-step.ts';
import { shipmentsOf } from '../view/orders.ts';
import { href } from '../view/routes.ts';
import { ButtonLink } from './button.tsx';
import { Dotted } from './dotted.tsx';
import { Card } from './frame.tsx';
import type { IconName } from './icon.tsx';
import styles from './order-sections.module.css';
import { Pill } from './pill.tsx';
import { StatePill } from './state-pill.tsx';

type ShipmentAction = Exclude<NextStep['kind'], 'confirm' | 'create'>;

const ICONS: Readonly<Record<ShipmentAction, IconName>> = {
  pack: 'box',
  unpack: 'box',
  dispatch: 'truck',
  deliver: 'check',
};

/** Every shipment with where it stands; `main` is the step that the screen offers as its one action already. */
export function ShipmentsCard({ order, main }: { order: Order; main: NextStep | null }) {
  const known = shipmentsOf(order.id);
  const foreign = order.shipments.filter((s) => !known.some((k) => k.id === s.fulfillment_id));
  if (known.length + foreign.length === 0) return null;
  return (
    <Card title={t('order.shipments')}>
      {known.map((shipment) => (
        <ShipmentPart key={shipment.id} order={order} shipment={shipment} main={main} />
      ))}
      {foreign.map((shipment) => (
        <p key={shipment.fulfillment_id} class={styles.foreign}>
          <bdi>{branchName(shipment.branch_id)}</bdi> <StatePill state={shipment.state} />
        </p>
      ))}
    </Card>
  );
}

interface PartProps {
  order: Order;
  shipment: Fulfillment;
  main: NextStep | null;
}

function ShipmentPart({ order, shipment, main }: PartProps) {
  const step = shipmentStep(order, shipment);
  const isMain = main !== null && 'id' in main && main.id === shipment.id;
  const items = shipment.lines.map((line) => {
    const { title = '?', variant_title = null } = lineOf(order, line.order_line_id) ?? {};
    return `${String(line.units)} × ${[title, variant_title].filter(Boolean).join(' ')}`;
  });
  return (
    <section class={styles.shipment} data-testid="shipment" data-state={shipment.state}>
      <div>
        <StatePill state={shipment.state} /> <bdi>{branchName(shipment.branch_id)}</bdi>
      </div>
      <p class={styles.facts}>
        <Dotted parts={items} />
      </p>
      <Sending shipment={shipment} />
      {step !== null && 'id' in step && !isMain && <StepLink action={step.kind} id={shipment.id} />}
      {shipment.state === 'packed' &&
        step?.kind !== 'unpack' &&
        may('unpack', shipment.branch_id) && <StepLink action="unpack" id={shipment.id} />}
    </section>
  );
}

function StepLink({ action, id }: { action: ShipmentAction; id: string }) {
  return (
    <ButtonLink to={href('shipment', id, action)} icon={ICONS[action]} testId={`go-${action}`}>
      {t(`${action}.action`)}
    </ButtonLink>
  );
}

/** Courier, number, money and what Shopify knows. */
function Sending({ shipment }: { shipment: Fulfillment }) {
  const { courier, tracking_number, tracking_url, collect_paisa, cash_paisa } = shipment;
  const shopify = shipment.shopify_state;
  return (
    <>
      {courier !== null && (
        <p class={styles.facts}>
          <bdi>{courierName(courier)}</bdi>{' '}
          {tracking_number !== null && tracking_url !== null ? (
            <a href={tracking_url} target="_blank" rel="noopener">
              <bdi data-testid="tracking">{tracking_number}</bdi>
            </a>
          ) : (
            <bdi data-testid="tracking">{tracking_number ?? shipment.no_tracking_reason ?? ''}</bdi>
          )}
        </p>
      )}
      {cash_paisa === null && collect_paisa > 0 && (
        <p class={styles.facts}>
          {t('order.collect')}: <bdi>{money(collect_paisa)}</bdi>
        </p>
      )}
      {shipment.workflow === 'smart' && shopify !== 'not_yet' && (
        <Pill tone={shopify === 'failed' ? 'bad' : shopify === 'confirmed' ? 'ok' : 'mute'}>
          {t(`shopify.${shopify}`)}
        </Pill>
      )}
    </>
  );
}
