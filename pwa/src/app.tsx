import { t } from './i18n/words.ts';
import type { FulfillmentId, OrderId } from './protocol/generated.ts';
import { seesAllBranches } from './protocol/rights.ts';
import {
  BranchStock,
  CreateFulfillment,
  Desk,
  Enrol,
  Manual,
  ManualOrder,
  More,
  OrderDetail,
  Outbox,
  ShipmentScreen,
} from './lazy-screens.ts';
import { SmartOrders } from './screens/smart-orders.tsx';
import { Button } from './ui/button.tsx';
import { Card, Frame } from './ui/frame.tsx';
import { Toast } from './ui/toast.tsx';
import { board } from './view/board.ts';
import { route } from './view/routes.ts';
import { isWide } from './view/width.ts';

export function App() {
  return (
    <>
      {board.lost.value ? <Lost /> : <Screen />}
      <Toast />
    </>
  );
}

function Screen() {
  const [place, id = '', part = ''] = route.value;
  const signedOut = board.identity.value === null;
  if (signedOut || place === 'enrol')
    return <Enrol code={place === 'enrol' && id !== '' ? id : undefined} />;
  const atDesk = seesAllBranches(board.me.role) && isWide.value;
  switch (place === undefined || place === 'login' ? home(atDesk) : place) {
    case 'desk':
      return <Desk part={id} id={part} />;
    case 'order':
      if (part === 'create') return <CreateFulfillment key={id} id={id as OrderId} />;
      return <OrderDetail key={id} id={id as OrderId} />;
    case 'shipment':
      return <ShipmentScreen key={id + part} id={id as FulfillmentId} action={part} />;
    case 'manual':
      return id === '' ? <Manual /> : <ManualOrder key={id} id={id as OrderId} />;
    case 'stock':
      return <BranchStock />;
    case 'outbox':
      return <Outbox />;
    case 'more':
      return <More />;
    default:
      return <SmartOrders />;
  }
}

function home(atDesk: boolean): string {
  if (atDesk) return 'desk';
  return board.me.role === 'recorder' ? 'manual' : 'orders';
}

/** The browser has taken the database away; what was saved is on the disk, so loading again brings it back. */
function Lost() {
  return (
    <Frame title={t('app.name')}>
      <Card title={t('app.lost.title')}>
        <p>{t('app.lost.text')}</p>
        <Button
          look="primary"
          testId="load-again"
          onPress={() => {
            location.reload();
          }}
        >
          {t('app.reload')}
        </Button>
      </Card>
    </Frame>
  );
}
