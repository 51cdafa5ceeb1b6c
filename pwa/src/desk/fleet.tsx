import { computed, signal } from '@preact/signals';
import { timeOf } from '../i18n/figures.ts';
import { t } from '../i18n/words.ts';
import { LIMITS, type FleetDevice } from '../protocol/generated.ts';
import { Declined, post } from '../sync/transport.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { Pill } from '../ui/pill.tsx';
import { board } from '../view/board.ts';
import { staffName } from '../view/names.ts';
import { now } from '../view/now.ts';
import styles from './desk.module.css';

const HOUR_MS = 3_600_000;

/** Those that need somebody first, then the ones heard of last. */
const devices = computed<readonly FleetDevice[]>(() => {
  const all = [...board.replica.base.devices.values()];
  return all.sort((a, b) => weight(b) - weight(a) || (b.last_seen_at ?? 0) - (a.last_seen_at ?? 0));
});

const trouble = signal(false);

function weight(device: FleetDevice): number {
  if (device.missing_ops > 0 || device.replaced_by !== null) return 3;
  if (device.revoked_at !== null) return 0;
  return device.unsent > 0 ? 2 : 1;
}

/** Every phone and desk: when it last spoke, what it still holds, what was lost with it. */
export function Fleet() {
  const role = board.me.role;
  const decides = role === 'owner' || role === 'supervisor';
  return (
    <main class={styles.main}>
      <p class={styles.soft}>{t('fleet.lead')}</p>
      {trouble.value && (
        <Banner tone="bad" testId="fleet-error">
          {t('import.error.network')}
        </Banner>
      )}
      <div class={styles.scroll}>
        <table class={styles.table} data-testid="fleet-table">
          <thead>
            <tr>
              <th scope="col">{t('desk.who')}</th>
              <th scope="col">{t('fleet.seen')}</th>
              <th scope="col">{t('fleet.unsent')}</th>
              <th scope="col">{t('fleet.state')}</th>
              {decides && <th scope="col">{t('parked.outcome')}</th>}
            </tr>
          </thead>
          <tbody>
            {devices.value.map((device) => (
              <Row key={device.id} device={device} decides={decides} />
            ))}
          </tbody>
        </table>
      </div>
    </main>
  );
}

function Row({ device, decides }: { device: FleetDevice; decides: boolean }) {
  const { last_seen_at, unsent, oldest_unsent_at } = device;
  return (
    <tr data-testid="device">
      <td>
        <strong>
          <bdi>{staffName(device.staff_id) ?? device.staff_id}</bdi>
        </strong>
        <div class={styles.soft}>
          <bdi>
            {device.name} {device.app}
          </bdi>
        </div>
      </td>
      <td>
        <bdi>{last_seen_at === null ? t('fleet.never') : timeOf(last_seen_at, now.value)}</bdi>
      </td>
      <td class={styles.figure} data-testid="device-unsent">
        <bdi>{unsent}</bdi>
        {unsent > 0 && oldest_unsent_at !== null && (
          <div class={styles.soft}>
            {t('fleet.since', { time: timeOf(oldest_unsent_at, now.value) })}
          </div>
        )}
      </td>
      <td>
        <State device={device} />
      </td>
      {decides && (
        <td>
          {device.revoked_at === null && device.id !== board.identity.value?.device_id && (
            <Button look="plain" testId="device-revoke" onPress={() => void lockOut(device)}>
              {t('fleet.revoke')}
            </Button>
          )}
        </td>
      )}
    </tr>
  );
}

/** One word of it at a time, the gravest first; colour is never all that tells. */
function State({ device }: { device: FleetDevice }) {
  const silent = now.value - (device.last_seen_at ?? device.enrolled_at) > HOUR_MS;
  if (device.missing_ops > 0) {
    return (
      <Pill tone="bad" icon="warn" testId="device-missing">
        {t('fleet.missing', { n: device.missing_ops })}
      </Pill>
    );
  }
  if (device.replaced_by !== null) {
    return (
      <Pill tone="bad" icon="warn" testId="device-wiped">
        {t('fleet.wiped', { n: device.unsent })}
      </Pill>
    );
  }
  if (device.revoked_at !== null) {
    return <Pill tone="mute">{t('fleet.revoked')}</Pill>;
  }
  if (device.unsent > 0 && (silent || isOld(device))) {
    return (
      <Pill tone="warn" icon="clock">
        {t('fleet.waiting')}
      </Pill>
    );
  }
  if (device.persisted === false) {
    return (
      <Pill tone="warn" icon="flag">
        {t('fleet.not_kept')}
      </Pill>
    );
  }
  return (
    <Pill tone={silent ? 'mute' : 'ok'} icon={silent ? 'clock' : 'check'}>
      {t(silent ? 'fleet.silent' : 'fleet.well')}
    </Pill>
  );
}

function isOld({ oldest_unsent_at }: FleetDevice): boolean {
  return oldest_unsent_at !== null && now.value - oldest_unsent_at > LIMITS.OUTBOX_WARN_MS;
}

/** Asked once more, since the person cannot work on with that phone. */
async function lockOut(device: FleetDevice): Promise<void> {
  const name = staffName(device.staff_id) ?? device.name;
  if (!confirm(t('fleet.revoke_sure', { name }))) return;
  trouble.value = false;
  try {
    await post(board.around, '/desk/revoke-device', JSON.stringify({ device_id: device.id }));
  } catch (error) {
    trouble.value = !(error instanceof Declined && error.status === 404);
  }
}
