import { t } from '../i18n/words.ts';
import type { Fulfillment, FulfillmentLine, Order } from '../protocol/generated.ts';
import { lineOf } from '../protocol/order-lines.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/frame.tsx';
import { ParcelFrame, ParcelLines, unitsOf } from '../ui/parcel-lines.tsx';
import { useRecording } from '../ui/use-recording.ts';
import { branchName } from '../view/names.ts';
import { record } from '../view/recording.ts';
import { shelfAt } from '../view/stock.ts';

/** The goods leave the shelf. What the book says never stops it: the item is in somebody's hand. */
export function Pack({ order, shipment }: { order: Order; shipment: Fulfillment }) {
  const recording = useRecording();
  const short = shipment.lines.filter((line) => isShort(shipment, line));
  const counts = { n: unitsOf(shipment), branch: branchName(shipment.branch_id) };
  const pack = () =>
    recording.record(
      () => record('pack', { fulfillment_id: shipment.id, lines: [] }),
      'order',
      order.id,
    );
  return (
    <ParcelFrame
      words={t('pack.title')}
      order={order}
      dock={
        <Button
          look="primary"
          icon="box"
          big
          disabled={recording.busy}
          testId="pack-submit"
          onPress={() => void pack()}
        >
          {t(short.length > 0 ? 'pack.anyway' : 'pack.submit', counts)}
        </Button>
      }
    >
      <Card title={t('pack.lead')}>
        <ParcelLines order={order} shipment={shipment} />
      </Card>
      {short.map((line) => (
        <Banner key={line.order_line_id} tone="warn" testId="pack-short">
          {t('pack.short', {
            n: shelfAt(shipment.branch_id, line.variant_id) ?? 0,
            item: itemName(order, line),
          })}
        </Banner>
      ))}
    </ParcelFrame>
  );
}

function isShort(shipment: Fulfillment, line: FulfillmentLine): boolean {
  const shelf = shelfAt(shipment.branch_id, line.variant_id);
  return shelf !== null && shelf < line.units;
}

function itemName(order: Order, line: FulfillmentLine): string {
  const known = lineOf(order, line.order_line_id);
  return [known?.title, known?.variant_title].filter(Boolean).join(' ');
}
