import { timeOf } from '../i18n/figures.ts';
import { say, type StoreWord } from '../i18n/store-words.ts';
import { storeEn } from '../i18n/store-en.ts';
import { Button } from '../ui/button.tsx';
import { Banner } from '../ui/banner.tsx';
import { Card, Soft } from '../ui/frame.tsx';
import { Pill, type Tone } from '../ui/pill.tsx';
import type { IconName } from '../ui/icon.tsx';
import { now } from '../view/now.ts';
import type { Finding, StoreShown } from './store-asking.ts';
import look from './store-page.module.css';

const LOOKS: Readonly<Record<Finding['weight'], readonly [Tone, IconName]>> = {
  stops: ['bad', 'flag'],
  wrong: ['warn', 'warn'],
  note: ['info', 'check'],
};

/** Codes about which the store's own words are shown as they are. */
const IN_ITS_WORDS: readonly Finding['code'][] = [
  'secrets_locked',
  'token_refused',
  'store_silent',
  'webhook_refused',
];

/** Codes about which topics are named: many, and for whoever asks. */
const OF_TOPICS: readonly Finding['code'][] = ['webhooks_made', 'webhooks_mended'];

/** What the last check found: what is wrong, what it costs, what to do. */
export function Findings({ store }: { store: StoreShown }) {
  if (store.checked === null || store.gone_at !== null) return null;
  const { findings } = store.checked;
  const scopes = findings.filter((finding) => finding.code === 'scope_missing');
  // What customers ask stands in a card of its own, with a button.
  const apart: readonly Finding['code'][] = ['scope_missing', 'privacy_request'];
  const others = findings.filter((finding) => !apart.includes(finding.code));
  return (
    <Card title={say('found')}>
      {findings.every((finding) => finding.weight === 'note') && (
        <Banner tone="ok" testId="store-right">
          {say('right')}
        </Banner>
      )}
      <ul class={look.findings}>
        {scopes[0] !== undefined && <Found finding={scopes[0]} scopes={scopes} />}
        {others.map((finding) => (
          <Found key={[finding.code, ...finding.about].join()} finding={finding} scopes={[]} />
        ))}
      </ul>
    </Card>
  );
}

function Found({ finding, scopes }: { finding: Finding; scopes: readonly Finding[] }) {
  const { code, about } = finding;
  const [tone, icon] = LOOKS[finding.weight];
  const filling = Object.fromEntries(about.map((word, place) => [place, word]));
  return (
    <li data-testid="store-finding" data-code={code}>
      <Pill tone={tone} icon={icon}>
        {say(`weight.${finding.weight}`)}
      </Pill>
      <p class={look.what}>{say(`finding.${code}`, filling)}</p>
      {scopes.length > 0 && <Scopes scopes={scopes} />}
      <p>{say(`todo.${code}`, filling)}</p>
      {IN_ITS_WORDS.includes(code) && (
        <p class={look.words} dir="ltr" lang="en">
          {about.slice(code === 'webhook_refused' ? 1 : 0).join(', ')}
        </p>
      )}
      {OF_TOPICS.includes(code) && (
        <details>
          <summary>{say('topics', { n: about.length })}</summary>
          <p class={look.words} dir="ltr" lang="en">
            {about.join(', ')}
          </p>
        </details>
      )}
    </li>
  );
}

function Scopes({ scopes }: { scopes: readonly Finding[] }) {
  return (
    <ul class={look.scopes}>
      {scopes.map(({ about: [scope = ''] }) => (
        <li key={scope} data-testid="store-scope">
          <bdi class={look.words} dir="ltr">
            {scope}
          </bdi>
          <span>{costOf(scope)}</span>
        </li>
      ))}
    </ul>
  );
}

/** What the shop goes without while a scope is missing; a scope of a newer server is only named. */
function costOf(scope: string): string {
  const key = `scope.${scope}`;
  return key in storeEn ? say(key as StoreWord) : '';
}

interface PrivacyProps {
  store: StoreShown;
  busy: boolean;
  onDone: (id: string) => void;
}

/** What the store asks for its customers' sake, until the owner says that it was done. */
export function Privacy({ store, busy, onDone }: PrivacyProps) {
  if (store.privacy.length === 0) return null;
  return (
    <Card title={say('privacy.title')}>
      <Soft>{say('privacy.lead')}</Soft>
      <ul class={look.findings}>
        {store.privacy.map((asked) => (
          <li key={asked.id} data-testid="store-privacy">
            <p class={look.what}>{say(`privacy.${asked.topic}`)}</p>
            <p>{say('privacy.came', { time: timeOf(asked.received_at, now.value) })}</p>
            {asked.order_ids.length > 0 && (
              <p class={look.words}>
                {say('privacy.orders', { list: asked.order_ids.join(', ') })}
              </p>
            )}
            <Button disabled={busy} testId="store-privacy-done" onPress={() => onDone(asked.id)}>
              {say('privacy.done')}
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  );
}
