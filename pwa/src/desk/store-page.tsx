import { useEffect, useState } from 'preact/hooks';
import { say } from '../i18n/store-words.ts';
import { Declined } from '../sync/transport.ts';
import { Banner } from '../ui/banner.tsx';
import { Soft } from '../ui/frame.tsx';
import styles from './desk.module.css';
import {
  closePrivacy,
  readStore,
  type Asking,
  type StoreShown,
  type Trouble,
} from './store-asking.ts';
import { ConnectForm } from './store-connect.tsx';
import { Findings, Privacy } from './store-findings.tsx';
import { OrdersFile } from './store-orders-file.tsx';
import { Reading } from './store-reading.tsx';
import { State } from './store-state.tsx';
import look from './store-page.module.css';

/** The shop's tie to its Shopify store: what it is, what is wrong with it, and how to make a new one. */
export function StorePage() {
  const [store, setStore] = useState<StoreShown | null>(null);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [busy, setBusy] = useState(false);

  useEffect(() => {
    void readStore().then((read) => {
      setStore(read);
      setTrouble(read === null ? 'network' : null);
    });
  }, []);
  const asking: Asking = async (work) => {
    setBusy(true);
    setTrouble(null);
    try {
      setStore(await work());
      return true;
    } catch (error) {
      const refused = error instanceof Declined && error.status < 500;
      setTrouble(refused ? { said: error.message } : 'network');
      return false;
    } finally {
      setBusy(false);
    }
  };
  return (
    <main class={styles.main} data-testid="store-page">
      <Soft>{say('lead')}</Soft>
      {trouble !== null && <Told trouble={trouble} />}
      {busy && <Banner tone="info">{say('busy')}</Banner>}
      {store === null && trouble === null && <p role="status">{say('loading')}</p>}
      {store !== null && (
        <div class={look.columns}>
          <div class={look.column}>
            <State store={store} busy={busy} asking={asking} />
            <Findings store={store} />
            <Reading store={store} />
            <Privacy
              store={store}
              busy={busy}
              onDone={(id) => void asking(() => closePrivacy(id))}
            />
          </div>
          <div class={look.column}>
            {store.kind !== null && <OrdersFile onTrouble={setTrouble} />}
            <ConnectForm store={store} busy={busy} asking={asking} onTrouble={setTrouble} />
          </div>
        </div>
      )}
    </main>
  );
}

function Told({ trouble }: { trouble: Trouble }) {
  return (
    <Banner tone="bad" testId="store-error">
      {trouble === 'network' ? (
        say('error.network')
      ) : (
        <>
          {say('error.refused')} <bdi lang="en">{trouble.said}</bdi>
        </>
      )}
    </Banner>
  );
}
