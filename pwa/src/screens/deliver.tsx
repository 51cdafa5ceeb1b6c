import { useState } from 'preact/hooks';
import { money, paisaOf } from '../i18n/figures.ts';
import { t } from '../i18n/words.ts';
import type { Fulfillment, Order } from '../protocol/generated.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Card } from '../ui/frame.tsx';
import { ParcelFrame, ParcelLines } from '../ui/parcel-lines.tsx';
import { saving } from '../ui/toast.tsx';
import { record } from '../view/recording.ts';
import { goInstead } from '../view/routes.ts';

/** The customer has it; what was taken at the door is written down. */
export function Deliver({ order, shipment }: { order: Order; shipment: Fulfillment }) {
  const due = shipment.collect_paisa;
  const [cash, setCash] = useState(String(due / 100));
  const [note, setNote] = useState('');
  const [busy, setBusy] = useState(false);
  const taken = paisaOf(cash);
  const deliver = async () => {
    if (taken === null) return;
    setBusy(true);
    const paid = due > 0 ? { cash_paisa: taken } : {};
    await saving(
      () => record('deliver', { fulfillment_id: shipment.id, ...paid, note: note.trim() }),
      () => {
        goInstead('order', order.id);
      },
    );
    setBusy(false);
  };
  return (
    <ParcelFrame
      words={t('deliver.title')}
      order={order}
      dock={
        <Button
          look="primary"
          icon="check"
          big
          disabled={busy || taken === null}
          testId="deliver-submit"
          onPress={() => void deliver()}
        >
          {due > 0 ? t('deliver.submit', { amount: money(taken ?? 0) }) : t('deliver.submit_paid')}
        </Button>
      }
    >
      <Card>
        <p>
          <strong>
            <bdi>{order.contact.name ?? t('order.no_name')}</bdi>
          </strong>
        </p>
        <ParcelLines order={order} shipment={shipment} />
      </Card>
      {due > 0 && (
        <Card>
          <Field
            label={t('deliver.cash')}
            value={cash}
            onType={setCash}
            testId="cash-taken"
            kind="decimal"
            beside={
              <Button
                testId="cash-exact"
                onPress={() => {
                  setCash(String(due / 100));
                }}
              >
                {t('deliver.exact', { amount: money(due) })}
              </Button>
            }
          />
        </Card>
      )}
      <Field label={t('deliver.note')} value={note} onType={setNote} testId="deliver-note" />
    </ParcelFrame>
  );
}
