import { useState } from 'preact/hooks';
import { timeOf } from '../i18n/figures.ts';
import { say } from '../i18n/store-words.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/frame.tsx';
import { Pill } from '../ui/pill.tsx';
import { now } from '../view/now.ts';
import { checkStore, disconnectStore, type Asking, type StoreShown } from './store-asking.ts';
import look from './store-page.module.css';

interface StateProps {
  store: StoreShown;
  busy: boolean;
  asking: Asking;
}

/** What the connection is, and what may be done with it. */
export function State({ store, busy, asking }: StateProps) {
  const connected = store.kind !== null && store.gone_at === null;
  return (
    <Card>
      <div class={look.head}>
        <h2>
          <bdi dir="ltr">{store.checked?.store_name || store.domain}</bdi>
        </h2>
        <StatePill store={store} />
      </div>
      {store.kind !== null && <Facts store={store} />}
      {connected && (
        <div class={look.actions}>
          <Button
            icon="refresh"
            disabled={busy}
            testId="store-check"
            onPress={() => void asking(checkStore)}
          >
            {say('check')}
          </Button>
          <Disconnect busy={busy} asking={asking} />
        </div>
      )}
    </Card>
  );
}

function StatePill({ store }: { store: StoreShown }) {
  if (store.gone_why !== null) {
    return (
      <Pill tone="bad" icon="cross" testId="store-state">
        {say(`gone.${store.gone_why}`)}
      </Pill>
    );
  }
  const on = store.kind !== null;
  return (
    <Pill tone={on ? 'ok' : 'mute'} icon={on ? 'check' : 'minus'} testId="store-state">
      {say(on ? 'on' : 'none')}
    </Pill>
  );
}

function Facts({ store }: { store: StoreShown }) {
  const { checked } = store;
  const missing = store.missing_scopes.length;
  const at = (time: number | null) => (time === null ? say('never') : timeOf(time, now.value));
  const facts: readonly (readonly [string, string])[] = [
    [say('store'), store.domain],
    [say('how'), store.kind === null ? '' : say(`kind.${store.kind}`)],
    [say('client_id'), store.client_id ?? ''],
    [say('since'), at(store.connected_at)],
    [say('gone_at'), store.gone_at === null ? '' : at(store.gone_at)],
    [say('checked'), at(checked?.at ?? null)],
    [say('plan'), checked?.plan ?? ''],
    [say('currency'), checked?.currency ?? ''],
    [say('version'), checked?.version ?? ''],
    [say('webhooks'), store.webhook_url ?? say('nowhere')],
    [say('scopes'), missing === 0 ? say('scopes_all') : say('scopes_missing', { n: missing })],
    [say('old_secret'), store.old_secret_until === null ? '' : at(store.old_secret_until)],
  ];
  return (
    <dl class={look.facts}>
      {facts
        .filter(([, value]) => value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <bdi>{value}</bdi>
            </dd>
          </div>
        ))}
    </dl>
  );
}

function Disconnect({ busy, asking }: { busy: boolean; asking: Asking }) {
  const [sure, setSure] = useState(false);
  if (!sure) {
    return (
      <Button disabled={busy} testId="store-disconnect" onPress={() => setSure(true)}>
        {say('disconnect')}
      </Button>
    );
  }
  return (
    <div class={look.sure}>
      <p>{say('disconnect.sure')}</p>
      <div class={look.actions}>
        <Button
          look="danger"
          disabled={busy}
          testId="store-disconnect-yes"
          onPress={() => void asking(disconnectStore).then(() => setSure(false))}
        >
          {say('disconnect.yes')}
        </Button>
        <Button onPress={() => setSure(false)}>{say('disconnect.no')}</Button>
      </div>
    </div>
  );
}
