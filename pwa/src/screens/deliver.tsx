import { money, paisaOf } from '../i18n/figures.ts';
import { t } from '../i18n/words.ts';
import type { Fulfillment, Order } from '../protocol/generated.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Card } from '../ui/frame.tsx';
import { ParcelFrame, ParcelLines } from '../ui/parcel-lines.tsx';
import { useRecording } from '../ui/use-recording.ts';
import { useKept } from '../ui/use-kept.ts';
import { record } from '../view/recording.ts';

/** The customer has it; what was taken at the door is written down. */
export function Deliver({ order, shipment }: { order: Order; shipment: Fulfillment }) {
  const due = shipment.collect_paisa;
  const [cash, setCash] = useKept('cash', String(due / 100));
  const [note, setNote] = useKept('note', '');
  const recording = useRecording();
  const taken = paisaOf(cash);
  const deliver = async () => {
    if (taken === null) return;
    const paid = due > 0 ? { cash_paisa: taken } : {};
    const body = { fulfillment_id: shipment.id, lines: [], ...paid, note: note.trim() };
    await recording.record(() => record('deliver', body), 'order', order.id);
  };
  const dock = (
    <Button
      look="primary"
      icon="check"
      big
      disabled={recording.busy || taken === null}
      testId="deliver-submit"
      onPress={() => void deliver()}
    >
      {due > 0 ? t('deliver.submit', { amount: money(taken ?? 0) }) : t('deliver.submit_paid')}
    </Button>
  );
  return (
    <ParcelFrame words={t('deliver.title')} order={order} dock={dock}>
      <Card>
        <p>
          <strong>
            <bdi>{order.contact.name ?? t('order.no_name')}</bdi>
          </strong>
        </p>
        <ParcelLines order={order} shipment={shipment} />
      </Card>
      {due > 0 && <Cash due={due} cash={cash} onType={setCash} />}
      <Field label={t('deliver.note')} value={note} onType={setNote} testId="deliver-note" />
    </ParcelFrame>
  );
}

function Cash(props: { due: number; cash: string; onType: (cash: string) => void }) {
  const exact = () => {
    props.onType(String(props.due / 100));
  };
  return (
    <Card>
      <Field
        label={t('deliver.cash')}
        value={props.cash}
        onType={props.onType}
        testId="cash-taken"
        kind="decimal"
        beside={
          <Button testId="cash-exact" onPress={exact}>
            {t('deliver.exact', { amount: money(props.due) })}
          </Button>
        }
      />
    </Card>
  );
}
