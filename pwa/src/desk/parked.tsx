import { computed, signal } from '@preact/signals';
import { timeOf } from '../i18n/figures.ts';
import { t } from '../i18n/words.ts';
import { OpKind, type Code, type ParkedOp } from '../protocol/generated.ts';
import { Empty } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { Pager } from '../ui/pager.tsx';
import { savingHere } from '../ui/toast.tsx';
import { board } from '../view/board.ts';
import { staffName } from '../view/names.ts';
import { now } from '../view/now.ts';
import { record } from '../view/recording.ts';
import styles from './desk.module.css';

const ROWS = 50;
const page = signal(0);

/** In the order in which people recorded it: what waits behind another follows by itself. */
export const parkedOps = computed<readonly ParkedOp[]>(() => {
  const all = [...board.replica.base.parked.values()];
  return all.sort((a, b) => a.recorded_at - b.recorded_at || a.at - b.at);
});

/** These no replay can ever make valid; they can be read, and set aside. */
const NEVER: ReadonlySet<Code> = new Set<Code>(['invalid', 'unreadable', 'id_reuse']);

/** What the server has kept and not carried out: why, and what is to become of it. */
export function Parked() {
  const list = parkedOps.value;
  const shown = list.slice(page.value * ROWS, (page.value + 1) * ROWS);
  const role = board.me.role;
  const decides = role === 'owner' || role === 'supervisor';
  return (
    <main class={styles.main}>
      <p class={styles.soft}>{t('parked.lead')}</p>
      {shown.length === 0 ? (
        <Empty title={t('parked.none')} />
      ) : (
        <div class={styles.scroll}>
          <table class={styles.table} data-testid="parked-table">
            <thead>
              <tr>
                <th scope="col">{t('desk.what')}</th>
                <th scope="col">{t('parked.why')}</th>
                <th scope="col">{t('desk.who')}</th>
                <th scope="col">{t('desk.when')}</th>
                {decides && <th scope="col">{t('parked.outcome')}</th>}
              </tr>
            </thead>
            <tbody>
              {shown.map((op) => (
                <Row key={op.id} op={op} decides={decides} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Pager all={list.length} page={page} size={ROWS} />
    </main>
  );
}

function Row({ op, decides }: { op: ParkedOp; decides: boolean }) {
  const kind = OpKind.find((known) => known === op.kind);
  return (
    <tr data-testid="parked" data-code={op.code}>
      <td>
        <strong>{kind === undefined ? op.kind : t(`op.${kind}`)}</strong>
        <div class={styles.soft}>
          <bdi>{op.refs.map(named).join(' · ')}</bdi>
        </div>
      </td>
      <td>
        {t(`code.${op.code}`)}
        <div class={styles.soft}>
          <bdi>{op.detail}</bdi>
        </div>
      </td>
      <td>
        <bdi>{staffName(op.by) ?? op.by}</bdi>
        <div class={styles.soft}>
          <bdi>{board.replica.base.devices.get(op.device_id)?.name}</bdi>
        </div>
      </td>
      <td>
        <bdi>{timeOf(op.at, now.value)}</bdi>
      </td>
      {decides && (
        <td>
          {!NEVER.has(op.code) && (
            <Button
              look="primary"
              testId="parked-replay"
              onPress={() => void savingHere(() => record('replay', { op_ids: [op.id] }))}
            >
              {t('parked.replay')}
            </Button>
          )}
          <Button look="plain" testId="parked-dismiss" onPress={() => void dismiss(op)}>
            {t('parked.dismiss')}
          </Button>
        </td>
      )}
    </tr>
  );
}

/** Nothing is set aside without a reason that can be read later. */
async function dismiss(op: ParkedOp): Promise<void> {
  const reason = prompt(t('parked.reason'))?.trim();
  if (reason) await savingHere(() => record('dismiss', { op_ids: [op.id], reason }));
}

/** What an op is about, as people name it where that is known here. */
function named(ref: string): string {
  const [kind, id = ''] = ref.split('/');
  const order = kind === 'order' ? board.replica.base.orders.get(id as never) : undefined;
  return order?.name ?? id.slice(-12);
}
