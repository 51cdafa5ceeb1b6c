import { t } from '../i18n/words.ts';
import type { BranchId, Order, OrderId, OrderLine, OrderLineId } from '../protocol/generated.ts';
import { Empty } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { Chips } from '../ui/chips.tsx';
import { Frame } from '../ui/frame.tsx';
import { Icon } from '../ui/icon.tsx';
import { Picture } from '../ui/line-item.tsx';
import { Stepper } from '../ui/stepper.tsx';
import { useRecording } from '../ui/use-recording.ts';
import { useKept } from '../ui/use-kept.ts';
import { board } from '../view/board.ts';
import { branchName } from '../view/names.ts';
import { may } from '../view/next-step.ts';
import { newFulfillmentId, record } from '../view/recording.ts';
import { sendable } from '../view/sendable.ts';
import { freeAt } from '../view/stock.ts';
import styles from './manual-order.module.css';

type Units = Readonly<Partial<Record<OrderLineId, number>>>;

/** Sent by hand, the other taps: what it was, and save. A single thing is touched already. */
export function ManualOrder({ id }: { id: OrderId }) {
  const order = board.replica.book.orders.get(id);
  const branches = board.myBranches.filter((branch) => may('manual_fulfillment', branch));
  const open = order?.lines.filter((line) => sendable(line) > 0) ?? [];
  const branch = board.branchId.value ?? branches[0] ?? null;
  if (order === undefined || branch === null || open.length === 0) {
    return (
      <Frame title={t('manual.title')} home={['manual']}>
        <Empty title={t(order === undefined ? 'order.missing' : 'manual.out')} />
      </Frame>
    );
  }
  return <Sent order={order} open={open} branches={branches} first={branch} />;
}

interface SentProps {
  order: Order;
  open: readonly OrderLine[];
  branches: readonly BranchId[];
  first: BranchId;
}

function Sent({ order, open, branches, first }: SentProps) {
  const [branch, setBranch] = useKept('branch', first);
  const [units, setUnits] = useKept<Units>('units', {});
  const recording = useRecording();
  const alone = open.length === 1;
  const unitsOf = (line: OrderLine) => units[line.id] ?? (alone ? sendable(line) : 0);
  const lines = open
    .filter((line) => unitsOf(line) > 0)
    .map((line) => ({ order_line_id: line.id, units: unitsOf(line) }));
  const save = () => {
    const parcel = { fulfillment_id: newFulfillmentId(), order_id: order.id, branch_id: branch };
    return recording.record(() => record('manual_fulfillment', { ...parcel, lines }), 'manual');
  };
  const dock = (
    <Button
      look="primary"
      icon="check"
      big
      disabled={recording.busy || lines.length === 0}
      testId="manual-save"
      onPress={() => void save()}
    >
      {t('manual.save')}
    </Button>
  );
  return (
    <Frame title={t('manual.title')} home={['manual']} dock={dock}>
      <div class={styles.order}>
        <bdi class={styles.number}>{order.name}</bdi>
        <bdi>{order.contact.name ?? t('order.no_name')}</bdi>
      </div>
      {branches.length > 1 && (
        <Chips
          label={t('more.branch')}
          chips={branches.map((b) => ({ id: b, label: branchName(b) }))}
          chosen={branch}
          onChoose={setBranch}
          testId="manual-branch"
        />
      )}
      <ul class={styles.tiles}>
        {open.map((line) => (
          <Tile
            key={line.id}
            line={line}
            units={unitsOf(line)}
            branch={branch}
            onSet={(n) => {
              setUnits({ ...units, [line.id]: n });
            }}
          />
        ))}
      </ul>
    </Frame>
  );
}

interface TileProps {
  line: OrderLine;
  units: number;
  branch: BranchId;
  onSet: (units: number) => void;
}

function Tile({ line, units, branch, onSet }: TileProps) {
  const max = sendable(line);
  const on = units > 0;
  const here = freeAt(branch, line.variant_id);
  return (
    <li class={on ? [styles.tile, styles.on].join(' ') : styles.tile}>
      <button
        type="button"
        class={styles.touch}
        aria-pressed={on}
        data-testid="manual-tile"
        onClick={() => {
          onSet(on ? 0 : max);
        }}
      >
        <Picture variantId={line.variant_id} title={line.title} />
        <span class={styles.name}>
          <bdi>{line.title}</bdi>
        </span>
        {line.variant_title !== null && <bdi class={styles.size}>{line.variant_title}</bdi>}
        {here !== null && <span class={styles.here}>{t('manual.here', { n: here })}</span>}
        {on && (
          <span class={styles.tick}>
            <Icon name="check" />
          </span>
        )}
      </button>
      {on && max > 1 && (
        <Stepper
          label={t('manual.units')}
          units={units}
          max={max}
          testId="manual-units"
          onStep={onSet}
        />
      )}
    </li>
  );
}
