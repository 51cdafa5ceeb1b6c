import { useState } from 'preact/hooks';
import { t } from '../i18n/words.ts';
import type { Channel, Order } from '../protocol/generated.ts';
import { Button } from '../ui/button.tsx';
import { Chips } from '../ui/chips.tsx';
import { Field } from '../ui/field.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { saving } from '../ui/toast.tsx';
import { useKept } from '../ui/use-kept.ts';
import { record } from '../view/recording.ts';

const CHANNELS: readonly Channel[] = ['call', 'whatsapp', 'in_person'];

interface ConfirmSheetProps {
  order: Order;
  channel: Channel;
  onDone: () => void;
}

export function ConfirmSheet({ order, channel: first, onDone }: ConfirmSheetProps) {
  const [channel, setChannel] = useKept('channel', first);
  const [note, setNote] = useKept('note', '');
  const [busy, setBusy] = useState(false);
  // Who had cancelled and now says yes: the desk must know why, or it cancels the order all the same.
  const onAgain = order.confirmation.state === 'cancelled_by_customer';
  const confirm = async () => {
    setBusy(true);
    await saving(
      () => record('confirm', { order_id: order.id, channel, checked: [], note: note.trim() }),
      onDone,
    );
    setBusy(false);
  };
  return (
    <Sheet title={t('confirm.title')} onClose={onDone} testId="confirm-sheet">
      <p>{t('confirm.text')}</p>
      <Chips
        label={t('order.call')}
        wrap
        chips={CHANNELS.map((id) => ({ id, label: t(`channel.${id}`) }))}
        chosen={channel}
        onChoose={setChannel}
        testId="channel"
      />
      <Field
        label={t(onAgain ? 'confirm.on_again' : 'confirm.note')}
        value={note}
        onType={setNote}
        testId="confirm-note"
      />
      <Button
        look="primary"
        icon="check"
        big
        disabled={busy || (onAgain && note.trim() === '')}
        testId="confirm-yes"
        onPress={() => void confirm()}
      >
        {t('confirm.yes')}
      </Button>
      <Button testId="confirm-not-yet" onPress={onDone}>
        {t('confirm.not_yet')}
      </Button>
    </Sheet>
  );
}
