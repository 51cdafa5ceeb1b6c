import { useState } from 'preact/hooks';
import { say } from '../i18n/store-words.ts';
import { Declined } from '../sync/transport.ts';
import { Button } from '../ui/button.tsx';
import { Field, Select } from '../ui/field.tsx';
import { Card, Soft } from '../ui/frame.tsx';
import {
  connectStore,
  makeInstallLink,
  type Asking,
  type StoreShown,
  type Trouble,
} from './store-asking.ts';
import look from './store-page.module.css';

type How = 'app' | 'token' | 'link';
type OnTrouble = (trouble: Trouble) => void;

interface ConnectProps {
  store: StoreShown;
  busy: boolean;
  asking: Asking;
  onTrouble: OnTrouble;
}

/** Three ways to a connection. Secrets leave this form once and are forgotten here when they worked. */
export function ConnectForm({ store, busy, asking, onTrouble }: ConnectProps) {
  const [how, setHow] = useState<How>('app');
  const [domain, setDomain] = useState(store.domain);
  const ways: readonly How[] = ['app', 'token', 'link'];
  return (
    <Card title={say(store.kind === null ? 'connect.title' : 'connect.again')}>
      <Select<How>
        label={say('connect.how')}
        value={how}
        options={ways.map((id) => ({ id, label: say(`connect.${id}`) }))}
        onChoose={setHow}
        testId="store-how"
      />
      <Field
        label={say('domain')}
        value={domain}
        onType={setDomain}
        testId="store-domain"
        leftToRight
      />
      {how === 'link' ? (
        <Link store={store} domain={domain.trim()} onTrouble={onTrouble} />
      ) : (
        <Secrets key={how} how={how} domain={domain.trim()} busy={busy} asking={asking} />
      )}
    </Card>
  );
}

interface SecretsProps {
  how: 'app' | 'token';
  domain: string;
  busy: boolean;
  asking: Asking;
}

function Secrets({ how, domain, busy, asking }: SecretsProps) {
  const [name, setName] = useState('');
  const [secret, setSecret] = useState('');
  const byApp = how === 'app';
  const connect = async () => {
    const given = byApp ? { client_id: name.trim() } : { token: name.trim() };
    const credentials = { domain, secret: secret.trim(), ...given };
    if (await asking(() => connectStore(credentials))) {
      setName('');
      setSecret('');
    }
  };
  return (
    <form
      class={look.form}
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        void connect();
      }}
    >
      <Field
        label={say(byApp ? 'client_id' : 'token')}
        value={name}
        onType={setName}
        kind={byApp ? 'text' : 'password'}
        autoComplete={byApp ? 'off' : 'new-password'}
        testId="store-name"
        leftToRight
      />
      <Field
        label={say('secret')}
        value={secret}
        onType={setSecret}
        kind="password"
        autoComplete="new-password"
        testId="store-secret"
      />
      <Soft>{say('connect.kept')}</Soft>
      <Button
        look="primary"
        type="submit"
        disabled={busy || domain === '' || name.trim() === '' || secret.trim() === ''}
        testId="store-connect"
      >
        {say('connect.submit')}
      </Button>
    </form>
  );
}

interface LinkProps {
  store: StoreShown;
  domain: string;
  onTrouble: OnTrouble;
}

function Link({ store, domain, onTrouble }: LinkProps) {
  const [url, setUrl] = useState<string | null>(null);
  const [copied, setCopied] = useState(false);
  if (!store.may_install) return <Soft>{say('link.none')}</Soft>;
  const make = async () => {
    setCopied(false);
    try {
      setUrl(await makeInstallLink(domain));
    } catch (error) {
      onTrouble(error instanceof Declined ? { said: error.message } : 'network');
    }
  };
  return (
    <div class={look.form}>
      <Soft>{say('link.lead')}</Soft>
      <Button
        look="primary"
        disabled={domain === ''}
        testId="store-link"
        onPress={() => void make()}
      >
        {say('link.make')}
      </Button>
      {url !== null && (
        <>
          <p class={look.words} dir="ltr" data-testid="store-link-url">
            {url}
          </p>
          <Button
            icon="copy"
            onPress={() => void navigator.clipboard.writeText(url).then(() => setCopied(true))}
          >
            {say(copied ? 'link.copied' : 'link.copy')}
          </Button>
        </>
      )}
    </div>
  );
}
