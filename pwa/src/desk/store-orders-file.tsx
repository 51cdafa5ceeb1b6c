import { useState } from 'preact/hooks';
import { say } from '../i18n/store-words.ts';
import { Declined } from '../sync/transport.ts';
import { Banner } from '../ui/banner.tsx';
import { Card, Soft } from '../ui/frame.tsx';
import { importOrders, type ContactsImported, type Trouble } from './store-asking.ts';
import look from './store-page.module.css';

/** Shopify's orders export as a second source of customers: chosen, sent, and told row by row what was wrong. */
export function OrdersFile({ onTrouble }: { onTrouble: (trouble: Trouble | null) => void }) {
  const [told, setTold] = useState<ContactsImported | null>(null);
  const [busy, setBusy] = useState(false);

  const send = async (file: File | undefined) => {
    if (file === undefined) return;
    setBusy(true);
    setTold(null);
    onTrouble(null);
    try {
      setTold(await importOrders(await file.text()));
    } catch (error) {
      const refused = error instanceof Declined && error.status < 500;
      onTrouble(refused ? { said: error.message } : 'network');
    } finally {
      setBusy(false);
    }
  };
  return (
    <Card title={say('orders_file')}>
      <Soft>{say('orders_file_lead')}</Soft>
      <label class={look.form}>
        {say('orders_file_choose')}
        <input
          type="file"
          accept=".csv,text/csv"
          disabled={busy}
          data-testid="orders-file"
          onChange={(event) => {
            void send(event.currentTarget.files?.[0]);
            event.currentTarget.value = '';
          }}
        />
      </label>
      {told !== null && <Told told={told} />}
    </Card>
  );
}

function Told({ told }: { told: ContactsImported }) {
  const { filled, unchanged, waiting, silent } = told;
  return (
    <div data-testid="orders-file-told">
      <Banner tone={told.bad_rows === 0 ? 'info' : 'bad'}>
        {say('orders_file_told', { filled, unchanged, waiting, silent })}
      </Banner>
      <ul>
        {told.bad.map((bad) => (
          <li key={bad.row}>
            {say('orders_file_row', { row: bad.row })}: <bdi lang="en">{bad.why}</bdi>
          </li>
        ))}
      </ul>
    </div>
  );
}
