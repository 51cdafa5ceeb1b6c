import { useState } from 'preact/hooks';
import { paisaOf } from '../i18n/figures.ts';
import { t } from '../i18n/words.ts';
import type { Fulfillment, Order } from '../protocol/generated.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { Chips } from '../ui/chips.tsx';
import { Field, Switch } from '../ui/field.tsx';
import { Card, Soft } from '../ui/frame.tsx';
import { ParcelFrame } from '../ui/parcel-lines.tsx';
import { saving } from '../ui/toast.tsx';
import { board } from '../view/board.ts';
import { courierName, couriers, trackingUrl } from '../view/names.ts';
import { record } from '../view/recording.ts';
import { goInstead } from '../view/routes.ts';

const LAST_COURIER = 'rawana-courier';

/** Couriers that hand out no tracking number. */
const UNTRACKED = ['rider', 'other'];

/** A courier takes the parcel; Shopify and the customer are told once the network allows. */
export function Dispatch({ order, shipment }: { order: Order; shipment: Fulfillment }) {
  const [courier, setCourier] = useState(localStorage.getItem(LAST_COURIER) ?? '');
  const [number, setNumber] = useState('');
  const [reason, setReason] = useState('');
  const [collect, setCollect] = useState(String(shipment.collect_paisa / 100));
  const [notify, setNotify] = useState(board.replica.book.policy.notify_customer);
  const [busy, setBusy] = useState(false);
  const tracking = number.replace(/\s+/g, '');
  const known = couriers().find((one) => one.code === courier);
  const paisa = paisaOf(collect);
  const explained = tracking !== '' || reason.trim() !== '' || UNTRACKED.includes(courier);
  const ready = courier !== '' && paisa !== null && explained;
  const duplicate = tracking === '' ? null : orderWithNumber(tracking, shipment);

  const dispatch = async () => {
    if (paisa === null) return;
    setBusy(true);
    localStorage.setItem(LAST_COURIER, courier);
    const body = {
      fulfillment_id: shipment.id,
      courier,
      tracking_number: tracking,
      tracking_url: trackingUrl(known, tracking) ?? '',
      no_tracking_reason: tracking === '' ? reason.trim() || courierName(courier) : '',
      notify_customer: notify,
      collect_paisa: paisa,
    };
    await saving(
      () => record('dispatch', body),
      () => {
        goInstead('order', order.id);
      },
    );
    setBusy(false);
  };
  return (
    <ParcelFrame
      words={t('dispatch.title')}
      order={order}
      dock={
        <Button
          look="primary"
          icon="truck"
          big
          disabled={busy || !ready}
          testId="dispatch-submit"
          onPress={() => void dispatch()}
        >
          {courier === ''
            ? t('dispatch.submit')
            : t('dispatch.submit_with', { courier: courierName(courier) })}
        </Button>
      }
    >
      <Card title={t('dispatch.courier')}>
        <Chips
          label={t('dispatch.courier')}
          wrap
          chips={couriers().map(({ code, name }) => ({ id: code, label: name }))}
          chosen={courier}
          onChoose={setCourier}
          testId="courier"
        />
      </Card>
      <Card>
        <Field
          label={t('dispatch.tracking')}
          value={number}
          onType={setNumber}
          testId="tracking-number"
          leftToRight
          capitals
          beside={<PasteButton onPaste={setNumber} />}
        />
        {duplicate !== null && (
          <Banner tone="warn" testId="tracking-duplicate">
            {t('dispatch.duplicate', { name: duplicate })}
          </Banner>
        )}
        {tracking === '' && courier !== '' && !UNTRACKED.includes(courier) && (
          <Field
            label={t('dispatch.no_tracking')}
            value={reason}
            onType={setReason}
            testId="no-tracking-reason"
          />
        )}
        <Field
          label={t('dispatch.collect')}
          value={collect}
          onType={setCollect}
          testId="collect"
          kind="decimal"
        />
        <Switch
          label={t('dispatch.notify')}
          on={notify}
          onSwitch={setNotify}
          testId="notify-customer"
        />
        {shipment.workflow === 'smart' && <Soft>{t('dispatch.shopify')}</Soft>}
      </Card>
    </ParcelFrame>
  );
}

function PasteButton({ onPaste }: { onPaste: (text: string) => void }) {
  const clipboard = (navigator as Partial<Navigator>).clipboard;
  if (clipboard === undefined) return null;
  const paste = async () => {
    // Somebody who does not allow it types the number.
    const text = await clipboard.readText().catch(() => '');
    if (text.trim() !== '') onPaste(text.trim().slice(0, 100));
  };
  return (
    <Button icon="copy" testId="paste" onPress={() => void paste()}>
      {t('dispatch.paste')}
    </Button>
  );
}

/** The name of another order that has the number already. */
function orderWithNumber(number: string, mine: Fulfillment): string | null {
  for (const other of board.replica.book.fulfillments.values()) {
    if (other.id === mine.id || other.tracking_number !== number) continue;
    return board.replica.book.orders.get(other.order_id)?.name ?? '?';
  }
  return null;
}
