import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { speak, t, language } from '../i18n/words.ts';
import type { Identity } from '../store/meta.ts';
import { writeMeta } from '../store/meta.ts';
import { WorkWaits, type Leaving } from '../store/people.ts';
import { enrol, login, type Password } from '../sync/account.ts';
import { Declined } from '../sync/transport.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/frame.tsx';
import { WaitingWork } from '../ui/waiting-work.tsx';
import { LanguageChips } from '../ui/language-chips.tsx';
import { board } from '../view/board.ts';
import { goInstead, route } from '../view/routes.ts';
import { CodeField, PasswordFields } from './enrol-fields.tsx';
import styles from './enrol.module.css';

type Way = 'code' | 'login';

/** Beginning: by a code (or the link that carries it), or by login and password at a desk. */
export function Enrol({ code: given }: { code: string | undefined }) {
  // A desk's bookmark is #/login; a phone comes by a link with a code in it.
  const [way, setWay] = useState<Way>(route.value[0] === 'login' ? 'login' : 'code');
  const [code, setCode] = useState(given ?? '');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [leaving, setLeaving] = useState<Leaving>('with nothing left');
  useEffect(() => {
    setCode(given ?? '');
  }, [given]);

  const submit = async () => {
    if (busy) return;
    setBusy(true);
    setTrouble(null);
    try {
      await begin(way, code.trim(), { login: name.trim(), password }, leaving);
    } catch (error) {
      setTrouble(words(error, way));
    } finally {
      setBusy(false);
    }
  };
  const ready = way === 'code' ? code.trim() !== '' : name.trim() !== '' && password !== '';
  const fields =
    way === 'code' ? (
      <CodeField code={code} onType={setCode} />
    ) : (
      <PasswordFields name={name} onName={setName} password={password} onPassword={setPassword} />
    );
  return (
    <main class={styles.page} data-testid="enrol">
      <LanguageChips />
      <img src="/icon-192.png" alt="" width="72" height="72" class={styles.mark} />
      <h1>{t(way === 'code' ? 'enrol.title' : 'login.title')}</h1>
      {leaving === 'with nothing left' && (
        <OthersWork
          onLeave={() => {
            setLeaving('with a copy');
          }}
        />
      )}
      <Form way={way} trouble={trouble} ready={ready && !busy} onSubmit={() => void submit()}>
        {fields}
      </Form>
      <OtherWay
        way={way}
        onTurn={(other) => {
          setTrouble(null);
          setWay(other);
        }}
      />
    </main>
  );
}

/** Work of whoever used this phone last: only they go on here, until it is sent or left behind in a copy. */
function OthersWork({ onLeave }: { onLeave: () => void }) {
  const person = board.identity.value?.staff;
  if (person === undefined || board.unsent.value === 0) return null;
  return (
    <div class={styles.form}>
      <Card title={t('leave.whose', { name: person.name })}>
        <WaitingWork leave={t('leave.other_person')} busy={false} onLeave={onLeave} />
      </Card>
    </div>
  );
}

interface FormProps {
  way: Way;
  trouble: string | null;
  ready: boolean;
  onSubmit: () => void;
  children: ComponentChildren;
}

function Form({ way, trouble, ready, onSubmit, children }: FormProps) {
  return (
    <form
      class={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <Card>
        {children}
        {trouble !== null && (
          <Banner tone="bad" testId="enrol-error">
            {trouble}
          </Banner>
        )}
        <Button
          type="submit"
          look="primary"
          disabled={!ready}
          testId={way === 'code' ? 'enrol-submit' : 'login-submit'}
        >
          {t(way === 'code' ? 'enrol.start' : 'login.submit')}
        </Button>
      </Card>
    </form>
  );
}

function OtherWay({ way, onTurn }: { way: Way; onTurn: (way: Way) => void }) {
  return (
    <button
      type="button"
      class={styles.other}
      data-testid="enrol-other-way"
      onClick={() => {
        onTurn(way === 'code' ? 'login' : 'code');
      }}
    >
      {t(way === 'code' ? 'enrol.supervisor' : 'enrol.have_code')}
    </button>
  );
}

async function begin(way: Way, code: string, keys: Password, leaving: Leaving) {
  const { db, around } = board;
  const device = deviceName();
  const identity =
    way === 'code'
      ? await enrol(db, around, code, device, leaving)
      : await login(db, around, keys, device, leaving);
  await speakFor(identity);
  await board.personChanged();
  goInstead();
  await board.begin();
}

/** Those who only write down what left mostly read Urdu; they can choose otherwise at any time. */
async function speakFor(identity: Identity): Promise<void> {
  if (identity.staff.role !== 'recorder' || language.value === 'ur') return;
  await speak('ur');
  await writeMeta(board.db, 'language', 'ur');
}

function deviceName(): string {
  const { userAgent } = navigator;
  const android = /Android [\d.]+; ([^;)]+)/.exec(userAgent)?.[1];
  const system = /iPhone|iPad|Windows|Macintosh|Linux/.exec(userAgent)?.[0];
  return (android ?? system ?? t('enrol.device_default')).slice(0, 60);
}

function words(error: unknown, way: Way): string {
  if (error instanceof WorkWaits) {
    return t('enrol.error.others_work', { name: board.identity.value?.staff.name ?? '' });
  }
  if (!(error instanceof Declined)) return t('enrol.error.network');
  if (error.status === 429) return t('enrol.error.wait');
  if (error.status >= 500) return t('enrol.error.network');
  return t(way === 'code' ? 'enrol.error.code' : 'enrol.error.login');
}
