import { t } from '../i18n/words.ts';
import type { FulfillmentId } from '../protocol/generated.ts';
import { Empty } from '../ui/banner.tsx';
import { Frame } from '../ui/frame.tsx';
import { board } from '../view/board.ts';
import { Deliver } from './deliver.tsx';
import { Dispatch } from './dispatch.tsx';
import { Pack } from './pack.tsx';
import { Unpack } from './unpack.tsx';

const SCREENS = { pack: Pack, unpack: Unpack, dispatch: Dispatch, deliver: Deliver };

/** One step of one shipment. */
export function ShipmentScreen({ id, action }: { id: FulfillmentId; action: string }) {
  const shipment = board.replica.book.fulfillments.get(id);
  const order = shipment && board.replica.book.orders.get(shipment.order_id);
  if (shipment === undefined || order === undefined || !(action in SCREENS)) {
    return (
      <Frame title={t('order.shipments')} home={['orders']}>
        {board.loaded.value && <Empty title={t('order.missing')} />}
      </Frame>
    );
  }
  const Screen = SCREENS[action as keyof typeof SCREENS];
  return <Screen order={order} shipment={shipment} />;
}
