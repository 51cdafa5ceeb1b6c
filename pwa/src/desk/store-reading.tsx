import { say } from '../i18n/store-words.ts';
import { Banner } from '../ui/banner.tsx';
import { Card, Soft } from '../ui/frame.tsx';
import type { StoreImport, StoreShown } from './store-asking.ts';
import look from './store-page.module.css';

/** How far the store has been read, and what could not be. */
export function Reading({ store }: { store: StoreShown }) {
  const { reading, imports, unread, unread_in_vain: inVain } = store;
  if (reading === null && imports.length === 0) return null;
  return (
    <Card title={say('reading')}>
      <dl class={look.facts} data-testid="store-reading">
        {imports.map((one) => (
          <Progress key={one.kind} one={one} />
        ))}
      </dl>
      {reading !== null && reading.deep_swept_at > 0 && (
        <Soft>{say('compared', { n: reading.deep_counted, m: reading.deep_missing })}</Soft>
      )}
      {unread > 0 && <Soft>{say('unread', { n: unread })}</Soft>}
      {reading?.trouble != null && (
        <Banner tone="bad">
          <bdi lang="en">{reading.trouble}</bdi>
        </Banner>
      )}
      {inVain.length > 0 && (
        <>
          <strong>{say('in_vain')}</strong>
          <ul data-testid="store-in-vain">
            {inVain.map((one) => (
              <li key={one.resource_gid}>
                <bdi dir="ltr" lang="en">
                  {one.resource_gid.replace('gid://shopify/', '')}: {one.why}
                </bdi>
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}

function Progress({ one }: { one: StoreImport }) {
  const n = one.state === 'running' ? one.object_count : one.taken;
  return (
    <div data-testid="store-import" data-kind={one.kind} data-state={one.state}>
      <dt>{say(`import.${one.kind}`)}</dt>
      <dd>
        {say(`state.${one.state}`, { n })}
        {one.left_out > 0 && <Soft>{say('left_out', { n: one.left_out })}</Soft>}
        {one.error !== null && (
          <Soft>
            <bdi lang="en">{one.error}</bdi>
          </Soft>
        )}
      </dd>
    </div>
  );
}
