import { money, phoneNumber } from '../i18n/figures.ts';
import { t } from '../i18n/words.ts';
import type { Order } from '../protocol/generated.ts';
import { callBegun } from '../view/calls.ts';
import { Button, ButtonLink } from './button.tsx';
import { Card, Pair, Soft } from './frame.tsx';
import { say } from './toast.tsx';

/** Whom to call and where to send. */
export function ContactCard({ order }: { order: Order }) {
  const { name, phone, phone_raw, address, city } = order.contact;
  const place = [address, city].filter(Boolean).join(', ');
  return (
    <>
      {phone !== null ? (
        <Pair>
          <ButtonLink
            to={`tel:+${phone}`}
            icon="call"
            testId="call"
            onPress={() => {
              callBegun(order.id, 'call');
            }}
          >
            {t('order.call')}
          </ButtonLink>
          <ButtonLink
            to={whatsApp(order, phone)}
            icon="chat"
            testId="whatsapp"
            outside
            onPress={() => {
              callBegun(order.id, 'whatsapp');
            }}
          >
            {t('order.whatsapp')}
          </ButtonLink>
        </Pair>
      ) : null}
      <Card title={t('order.deliver_to')}>
        <p>
          <strong>
            <bdi>{name ?? t('order.no_name')}</bdi>
          </strong>
        </p>
        <p dir="auto">{place === '' ? t('order.no_address') : place}</p>
        <p>
          <bdi dir="ltr">{phone !== null ? phoneNumber(phone) : (phone_raw ?? '')}</bdi>
          {phone === null && phone_raw === null && <Soft>{t('order.no_phone')}</Soft>}
        </p>
        {place !== '' && (
          <Button
            icon="copy"
            testId="copy-address"
            onPress={() => void copy(order.contact.name, place)}
          >
            {t('order.copy_address')}
          </Button>
        )}
      </Card>
    </>
  );
}

function whatsApp(order: Order, phone: string): string {
  const message = t('order.message', {
    name: order.contact.name ?? '',
    order: order.name,
    amount: money(order.outstanding_paisa || order.total_paisa),
    address: [order.contact.address, order.contact.city].filter(Boolean).join(', '),
  });
  return `https://wa.me/${phone}?text=${encodeURIComponent(message)}`;
}

async function copy(name: string | null, place: string): Promise<void> {
  await navigator.clipboard.writeText([name, place].filter(Boolean).join('\n'));
  say(t('order.copied'));
}
