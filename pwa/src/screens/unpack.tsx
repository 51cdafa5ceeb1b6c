import { useState } from 'preact/hooks';
import { t } from '../i18n/words.ts';
import type { Fulfillment, Order } from '../protocol/generated.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Card, Soft } from '../ui/frame.tsx';
import { ParcelFrame, ParcelLines, unitsOf } from '../ui/parcel-lines.tsx';
import { saving } from '../ui/toast.tsx';
import { branchName } from '../view/names.ts';
import { record } from '../view/recording.ts';
import { goInstead } from '../view/routes.ts';

/** The goods go back to the shelf they came from. */
export function Unpack({ order, shipment }: { order: Order; shipment: Fulfillment }) {
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const unpack = async () => {
    setBusy(true);
    await saving(
      () => record('unpack', { fulfillment_id: shipment.id, reason: reason.trim() }),
      () => {
        goInstead('order', order.id);
      },
    );
    setBusy(false);
  };
  return (
    <ParcelFrame
      words={t('unpack.title')}
      order={order}
      dock={
        <Button look="primary" disabled={busy} testId="unpack-submit" onPress={() => void unpack()}>
          {t('unpack.submit', { n: unitsOf(shipment), branch: branchName(shipment.branch_id) })}
        </Button>
      }
    >
      <Card>
        <Soft>{t('unpack.lead')}</Soft>
        <ParcelLines order={order} shipment={shipment} />
      </Card>
      <Field label={t('unpack.reason')} value={reason} onType={setReason} testId="unpack-reason" />
    </ParcelFrame>
  );
}
