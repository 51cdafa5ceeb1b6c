import { t } from '../i18n/words.ts';
import type { Fulfillment, Order } from '../protocol/generated.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Card, Soft } from '../ui/frame.tsx';
import { ParcelFrame, ParcelLines, unitsOf } from '../ui/parcel-lines.tsx';
import { useRecording } from '../ui/use-recording.ts';
import { useKept } from '../ui/use-kept.ts';
import { branchName } from '../view/names.ts';
import { record } from '../view/recording.ts';

/** The goods go back to the shelf they came from. */
export function Unpack({ order, shipment }: { order: Order; shipment: Fulfillment }) {
  const [reason, setReason] = useKept('reason', '');
  const recording = useRecording();
  const unpack = () =>
    recording.record(
      () => record('unpack', { fulfillment_id: shipment.id, reason: reason.trim() }),
      'order',
      order.id,
    );
  return (
    <ParcelFrame
      words={t('unpack.title')}
      order={order}
      dock={
        <Button
          look="primary"
          disabled={recording.busy}
          testId="unpack-submit"
          onPress={() => void unpack()}
        >
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
