import { useState } from 'preact/hooks';
import { t } from '../i18n/words.ts';
import type { BranchId, Order, OrderId, OrderLine, OrderLineId } from '../protocol/generated.ts';
import { needsConfirmation } from '../protocol/decide/creating.ts';
import { remainingUnits } from '../protocol/order-lines.ts';
import { Banner, Empty } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { Chips } from '../ui/chips.tsx';
import { Field } from '../ui/field.tsx';
import { Card, Frame } from '../ui/frame.tsx';
import { LineItem } from '../ui/line-item.tsx';
import { Pill } from '../ui/pill.tsx';
import { Stepper } from '../ui/stepper.tsx';
import { saving } from '../ui/toast.tsx';
import { board } from '../view/board.ts';
import { branchName } from '../view/names.ts';
import { may } from '../view/next-step.ts';
import { newFulfillmentId, record } from '../view/recording.ts';
import { goInstead } from '../view/routes.ts';
import { freeAt } from '../view/stock.ts';
import styles from './create-fulfillment.module.css';

/** Which items leave now, how many, and from which branch. */
export function CreateFulfillment({ id }: { id: OrderId }) {
  const order = board.replica.book.orders.get(id);
  const branches = board.myBranches.filter((branch) => may('create_fulfillment', branch));
  const [picked, setPicked] = useState<BranchId | null>(null);
  const [units, setUnits] = useState<ReadonlyMap<OrderLineId, number>>(new Map());
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const open = order?.lines.filter((line) => remainingUnits(line) > 0) ?? [];
  const branch = picked ?? suggested(branches, open);
  if (order === undefined || branch === null || open.length === 0) {
    return (
      <Frame title={t('create.title')} home={['order', id]}>
        <Empty title={t(order === undefined ? 'order.missing' : 'create.nothing')} />
      </Frame>
    );
  }
  const unitsOf = (line: OrderLine) => units.get(line.id) ?? remainingUnits(line);
  const chosen = open.reduce((sum, line) => sum + unitsOf(line), 0);
  const all = open.reduce((sum, line) => sum + remainingUnits(line), 0);
  const unasked = needsConfirmation(order);
  const submit = async () => {
    setBusy(true);
    const fulfillment_id = newFulfillmentId();
    const lines = open
      .filter((line) => unitsOf(line) > 0)
      .map((line) => ({ order_line_id: line.id, units: unitsOf(line) }));
    const body = { fulfillment_id, order_id: order.id, branch_id: branch, lines };
    await saving(
      () =>
        record('create_fulfillment', unasked ? { ...body, override_reason: reason.trim() } : body),
      () => {
        goInstead('shipment', fulfillment_id, 'pack');
      },
    );
    setBusy(false);
  };
  return (
    <Frame
      title={
        <>
          <bdi>{order.name}</bdi> {t('create.title')}
        </>
      }
      home={['order', id]}
      dock={
        <Button
          look="primary"
          testId="create-submit"
          disabled={busy || chosen === 0 || (unasked && reason.trim() === '')}
          onPress={() => void submit()}
        >
          {t('create.submit', { n: chosen, all })}
        </Button>
      }
    >
      <Card title={t('create.branch')}>
        <Chips
          label={t('create.branch')}
          wrap
          chips={branches.map((b) => ({ id: b, label: branchName(b) }))}
          chosen={branch}
          onChoose={setPicked}
          testId="create-branch"
        />
      </Card>
      <Card title={t('order.items')}>
        <ul>
          {open.map((line) => (
            <ChosenLine
              key={line.id}
              line={line}
              units={unitsOf(line)}
              branch={branch}
              onStep={(n) => {
                setUnits(new Map(units).set(line.id, n));
              }}
            />
          ))}
        </ul>
      </Card>
      {unasked && (
        <>
          <Banner tone="warn">{t('confirmation.pending')}</Banner>
          <Field
            label={t('create.override')}
            value={reason}
            onType={setReason}
            testId="create-override"
          />
        </>
      )}
    </Frame>
  );
}

/** The branch that has most of what is wanted; where nothing is known, the person's own. */
function suggested(branches: readonly BranchId[], lines: readonly OrderLine[]): BranchId | null {
  const has = (branch: BranchId) =>
    lines.reduce((sum, line) => {
      const free = freeAt(branch, line.variant_id) ?? 0;
      return sum + Math.min(remainingUnits(line), Math.max(0, free));
    }, 0);
  const own = board.branchId.value;
  const start = own !== null && branches.includes(own) ? own : (branches[0] ?? null);
  return branches.reduce<BranchId | null>(
    (best, branch) => (best === null || has(branch) > has(best) ? branch : best),
    start,
  );
}

interface ChosenLineProps {
  line: Order['lines'][number];
  units: number;
  branch: BranchId;
  onStep: (units: number) => void;
}

function ChosenLine({ line, units, branch, onStep }: ChosenLineProps) {
  return (
    <LineItem
      line={line}
      below={
        <div class={styles.choice}>
          <span class={styles.available}>
            <Availability line={line} branch={branch} />
          </span>
          <Stepper
            label={line.title}
            units={units}
            max={remainingUnits(line)}
            onStep={onStep}
            testId="create-units"
          />
        </div>
      }
    />
  );
}

/** What the branch has; when that is short, who else has it. */
function Availability({ line, branch }: { line: OrderLine; branch: BranchId }) {
  const free = freeAt(branch, line.variant_id);
  const wanted = remainingUnits(line);
  if (free === null) return <Pill tone="mute">{t('create.unknown_here')}</Pill>;
  const others = board.myBranches
    .map((id) => ({ id, n: freeAt(id, line.variant_id) ?? 0 }))
    .filter(({ id, n }) => id !== branch && n >= wanted);
  return (
    <>
      <Pill tone={free >= wanted ? 'ok' : 'bad'} icon={free >= wanted ? 'check' : 'warn'}>
        {t('create.here', { n: free })}
      </Pill>
      {free < wanted &&
        others.map(({ id, n }) => (
          <Pill key={id} tone="info">
            {t('create.elsewhere', { branch: branchName(id), n })}
          </Pill>
        ))}
    </>
  );
}
