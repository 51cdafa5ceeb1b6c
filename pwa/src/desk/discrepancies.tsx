import { computed, signal } from '@preact/signals';
import { timeOf } from '../i18n/figures.ts';
import { t } from '../i18n/words.ts';
import { OpKind, type Discrepancy } from '../protocol/generated.ts';
import { Empty } from '../ui/banner.tsx';
import { Chips } from '../ui/chips.tsx';
import { Pager } from '../ui/pager.tsx';
import { Pill } from '../ui/pill.tsx';
import { board } from '../view/board.ts';
import { branchName, staffName } from '../view/names.ts';
import { now } from '../view/now.ts';
import { href } from '../view/routes.ts';
import styles from './desk.module.css';
import { Outcomes } from './outcomes.tsx';

const all = computed<readonly Discrepancy[]>(() => {
  const found = [...board.replica.base.discrepancies.values()];
  return found.sort((a, b) => b.recorded_at - a.recorded_at);
});

export const openDiscrepancies = computed(() => all.value.filter((d) => d.closed_at === null));

const shut = signal(false);
const page = signal(0);
const ROWS = 50;

/** What a person must look at: what, who, where, when, and what they had seen. */
export function Discrepancies() {
  const list = shut.value ? all.value.filter((d) => d.closed_at !== null) : openDiscrepancies.value;
  const shown = list.slice(page.value * ROWS, (page.value + 1) * ROWS);
  return (
    <main class={styles.main}>
      <Chips
        label={t('desk.discrepancies')}
        wrap
        chips={[
          { id: 'open', label: t('desk.open_only'), count: openDiscrepancies.value.length },
          {
            id: 'closed',
            label: t('desk.closed'),
            count: all.value.length - openDiscrepancies.value.length,
          },
        ]}
        chosen={shut.value ? 'closed' : 'open'}
        testId="discrepancies"
        onChoose={(id) => {
          shut.value = id === 'closed';
          page.value = 0;
        }}
      />
      {shown.length === 0 ? (
        <Empty title={t('desk.none')} />
      ) : (
        <div class={styles.scroll}>
          <table class={styles.table} data-testid="discrepancies-table">
            <Head />
            <tbody>
              {shown.map((found) => (
                <Row key={found.id} found={found} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Pager all={list.length} page={page} size={ROWS} />
    </main>
  );
}

function Head() {
  return (
    <thead>
      <tr>
        <th scope="col">{t('desk.what')}</th>
        <th scope="col">{t('desk.order')}</th>
        <th scope="col">{t('stock.item')}</th>
        <th scope="col">{t('desk.units')}</th>
        <th scope="col">{t('desk.balance')}</th>
        <th scope="col">{t('desk.where')}</th>
        <th scope="col">{t('desk.who')}</th>
        <th scope="col">{t('desk.when')}</th>
        <th scope="col">{t('desk.seen')}</th>
        <th scope="col">{t('parked.outcome')}</th>
      </tr>
    </thead>
  );
}

function Row({ found }: { found: Discrepancy }) {
  const { order_id, variant_id, closed_at } = found;
  const order = order_id === null ? undefined : board.replica.book.orders.get(order_id);
  const variant = variant_id === null ? undefined : board.replica.base.variants.get(variant_id);
  const kind = OpKind.find((known) => known === found.op_kind);
  return (
    <tr data-testid="discrepancy" data-code={found.code}>
      <td>
        <strong>{t(`code.${found.code}`)}</strong>
        <div class={styles.soft}>
          {kind === undefined ? found.op_kind : t(`op.${kind}`)}
          {found.detail !== null && ' · '}
          <bdi>{found.detail}</bdi>
        </div>
        {closed_at !== null && (
          <Pill tone="ok" icon="check">
            {t('desk.closed_at', { time: timeOf(closed_at, now.value) })}
          </Pill>
        )}
      </td>
      <td>
        {order !== undefined && (
          <a href={href('desk', 'orders', order.id)}>
            <bdi>{order.name}</bdi>
          </a>
        )}
      </td>
      <td>
        <bdi>{[variant?.title, variant?.variant_title].filter(Boolean).join(' ')}</bdi>
      </td>
      <td class={styles.figure}>
        <bdi>{found.units}</bdi>
      </td>
      <td class={styles.figure}>
        <bdi>{found.balance_units}</bdi>
      </td>
      <td>
        <bdi>{branchName(found.branch_id)}</bdi>
      </td>
      <td>
        <bdi>{staffName(found.by) ?? found.by}</bdi>
      </td>
      <td>
        <bdi>{timeOf(found.at, now.value)}</bdi>
      </td>
      <td class={styles.soft}>
        {Object.entries(found.seen).map(([stream, version]) => (
          <div key={stream}>
            <bdi dir="ltr">
              {seenName(stream)} {version}
            </bdi>
          </div>
        ))}
      </td>
      <Decided found={found} />
    </tr>
  );
}

function Decided({ found }: { found: Discrepancy }) {
  return (
    <td>
      {found.closed_at === null && decides() && <Outcomes found={found} />}
      {found.outcome !== null && t(`outcome.${found.outcome}`)}
    </td>
  );
}

function decides(): boolean {
  return board.me.role === 'owner' || board.me.role === 'supervisor';
}

/** A stream as people name it: the branch and whether it was its work or its stock. */
function seenName(stream: string): string {
  const [kind, branch = '', part = ''] = stream.split('/');
  if (kind !== 'branch') return stream;
  return `${branchName(branch as never)} ${t(part === 'stock' ? 'nav.stock' : 'nav.orders')}`;
}
