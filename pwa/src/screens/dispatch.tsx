import { paisaOf } from '../i18n/figures.ts';
import { t } from '../i18n/words.ts';
import type { Fulfillment, Order } from '../protocol/generated.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { Chips } from '../ui/chips.tsx';
import { Field, Switch } from '../ui/field.tsx';
import { Card, Soft } from '../ui/frame.tsx';
import { ParcelFrame } from '../ui/parcel-lines.tsx';
import { useRecording } from '../ui/use-recording.ts';
import { useKept } from '../ui/use-kept.ts';
import { board } from '../view/board.ts';
import { courierName, couriers, trackingUrl } from '../view/names.ts';
import { record } from '../view/recording.ts';

const LAST_COURIER = 'rawana-courier';

/** Couriers that hand out no tracking number. */
const UNTRACKED = ['rider', 'other'];

interface HandOver {
  readonly courier: string;
  readonly number: string;
  readonly reason: string;
  readonly collect: string;
  readonly notify: boolean;
}

/** A courier takes the parcel; Shopify and the customer are told once the network allows. */
export function Dispatch({ order, shipment }: { order: Order; shipment: Fulfillment }) {
  const [form, setForm] = useKept<HandOver>('handover', {
    courier: localStorage.getItem(LAST_COURIER) ?? '',
    number: '',
    reason: '',
    collect: String(shipment.collect_paisa / 100),
    notify: board.replica.book.policy.notify_customer,
  });
  const recording = useRecording();
  const change = (part: Partial<HandOver>) => {
    setForm({ ...form, ...part });
  };
  const body = bodyOf(form, shipment);
  const dispatch = async () => {
    if (body === null) return;
    localStorage.setItem(LAST_COURIER, form.courier);
    await recording.record(() => record('dispatch', body), 'order', order.id);
  };
  const words =
    form.courier === ''
      ? t('dispatch.submit')
      : t('dispatch.submit_with', { courier: courierName(form.courier) });
  const dock = (
    <Button
      look="primary"
      icon="truck"
      big
      disabled={recording.busy || body === null}
      testId="dispatch-submit"
      onPress={() => void dispatch()}
    >
      {words}
    </Button>
  );
  return (
    <ParcelFrame words={t('dispatch.title')} order={order} dock={dock}>
      <Card title={t('dispatch.courier')}>
        <Chips
          label={t('dispatch.courier')}
          wrap
          chips={couriers().map(({ code, name }) => ({ id: code, label: name }))}
          chosen={form.courier}
          onChoose={(courier) => {
            change({ courier });
          }}
          testId="courier"
        />
      </Card>
      <Card>
        <Tracking form={form} shipment={shipment} change={change} />
        <Telling form={form} smart={shipment.workflow === 'smart'} change={change} />
      </Card>
    </ParcelFrame>
  );
}

/** What is recorded, or null while something is missing. */
function bodyOf(form: HandOver, shipment: Fulfillment) {
  const tracking = form.number.replace(/\s+/g, '');
  const paisa = paisaOf(form.collect);
  const untracked = UNTRACKED.includes(form.courier);
  const explained = tracking !== '' || form.reason.trim() !== '' || untracked;
  if (form.courier === '' || paisa === null || !explained) return null;
  const known = couriers().find((one) => one.code === form.courier);
  const reason = form.reason.trim() || courierName(form.courier);
  return {
    fulfillment_id: shipment.id,
    courier: form.courier,
    tracking_number: tracking,
    tracking_url: trackingUrl(known, tracking) ?? '',
    no_tracking_reason: tracking === '' ? reason : '',
    notify_customer: form.notify,
    collect_paisa: paisa,
  };
}

type Change = (part: Partial<HandOver>) => void;

/** The number, by hand or pasted; where there is none, why. */
function Tracking(props: { form: HandOver; shipment: Fulfillment; change: Change }) {
  const { form, shipment, change } = props;
  const tracking = form.number.replace(/\s+/g, '');
  const duplicate = tracking === '' ? null : orderWithNumber(tracking, shipment);
  const type = (number: string) => {
    change({ number });
  };
  return (
    <>
      <Field
        label={t('dispatch.tracking')}
        value={form.number}
        onType={type}
        testId="tracking-number"
        leftToRight
        capitals
        beside={<PasteButton onPaste={type} />}
      />
      {duplicate !== null && (
        <Banner tone="warn" testId="tracking-duplicate">
          {t('dispatch.duplicate', { name: duplicate })}
        </Banner>
      )}
      {tracking === '' && form.courier !== '' && !UNTRACKED.includes(form.courier) && (
        <Field
          label={t('dispatch.no_tracking')}
          value={form.reason}
          onType={(reason) => {
            change({ reason });
          }}
          testId="no-tracking-reason"
        />
      )}
    </>
  );
}

/** The cash to collect, and whether the customer is told. */
function Telling({ form, smart, change }: { form: HandOver; smart: boolean; change: Change }) {
  return (
    <>
      <Field
        label={t('dispatch.collect')}
        value={form.collect}
        onType={(collect) => {
          change({ collect });
        }}
        testId="collect"
        kind="decimal"
      />
      <Switch
        label={t('dispatch.notify')}
        on={form.notify}
        onSwitch={(notify) => {
          change({ notify });
        }}
        testId="notify-customer"
      />
      {smart && <Soft>{t('dispatch.shopify')}</Soft>}
    </>
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
