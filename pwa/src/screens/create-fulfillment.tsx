import { t } from '../i18n/words.ts';
import type { BranchId, Order, OrderId, OrderLine, OrderLineId } from '../protocol/generated.ts';
import { remainingUnits } from '../protocol/order-lines.ts';
import { maySkipAsking } from '../protocol/rights.ts';
import { needsConfirmation } from '../protocol/statuses.ts';
import { Banner, Empty } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { Chips } from '../ui/chips.tsx';
import { Field } from '../ui/field.tsx';
import { Card, Frame } from '../ui/frame.tsx';
import { LineItem } from '../ui/line-item.tsx';
import { Pill } from '../ui/pill.tsx';
import { Stepper } from '../ui/stepper.tsx';
import { useRecording } from '../ui/use-recording.ts';
import { useKept } from '../ui/use-kept.ts';
import { board } from '../view/board.ts';
import { branchName } from '../view/names.ts';
import { may } from '../view/next-step.ts';
import { newFulfillmentId, record } from '../view/recording.ts';
import { freeAt } from '../view/stock.ts';
import styles from './create-fulfillment.module.css';

type Units = Readonly<Partial<Record<OrderLineId, number>>>;

/** Which items leave now, how many, and from which branch. */
export function CreateFulfillment({ id }: { id: OrderId }) {
  const order = board.replica.book.orders.get(id);
  const branches = board.myBranches.filter((branch) => may('create_fulfillment', branch));
  const open = order?.lines.filter((line) => remainingUnits(line) > 0) ?? [];
  const branch = suggested(branches, open);
  if (order === undefined || branch === null || open.length === 0) {
    return (
      <Frame title={t('create.title')} home={['order', id]}>
        <Empty title={t(order === undefined ? 'order.missing' : 'create.nothing')} />
      </Frame>
    );
  }
  return <Plan order={order} open={open} branches={branches} first={branch} />;
}

interface PlanProps {
  order: Order;
  open: readonly OrderLine[];
  branches: readonly BranchId[];
  first: BranchId;
}

function Plan({ order, open, branches, first }: PlanProps) {
  const [branch, setBranch] = useKept('branch', first);
  const [units, setUnits] = useKept<Units>('units', {});
  const [reason, setReason] = useKept('reason', '');
  const recording = useRecording();
  const unitsOf = (line: OrderLine) => units[line.id] ?? remainingUnits(line);
  const chosen = open.reduce((sum, line) => sum + unitsOf(line), 0);
  const all = open.reduce((sum, line) => sum + remainingUnits(line), 0);
  const unasked = needsConfirmation(order);
  const asksFirst = unasked && !maySkipAsking(board.me.role);
  const submit = () => {
    const fulfillment_id = newFulfillmentId();
    const lines = open
      .filter((line) => unitsOf(line) > 0)
      .map((line) => ({ order_line_id: line.id, units: unitsOf(line) }));
    const why = unasked ? { override_reason: reason.trim() } : {};
    const body = { fulfillment_id, order_id: order.id, branch_id: branch, lines, ...why };
    const next = ['shipment', fulfillment_id, 'pack'];
    return recording.record(() => record('create_fulfillment', body), ...next);
  };
  const allowed = !asksFirst && (!unasked || reason.trim() !== '');
  const ready = !recording.busy && chosen > 0 && allowed;
  const dock = (
    <Button look="primary" testId="create-submit" disabled={!ready} onPress={() => void submit()}>
      {t('create.submit', { n: chosen, all })}
    </Button>
  );
  const title = (
    <>
      <bdi>{order.name}</bdi> {t('create.title')}
    </>
  );
  return (
    <Frame title={title} home={['order', order.id]} dock={dock}>
      <BranchCard branches={branches} chosen={branch} onChoose={setBranch} />
      <Card title={t('order.items')}>
        <ul>
          {open.map((line) => (
            <ChosenLine
              key={line.id}
              line={line}
              units={unitsOf(line)}
              branch={branch}
              onStep={(n) => {
                setUnits({ ...units, [line.id]: n });
              }}
            />
          ))}
        </ul>
      </Card>
      {asksFirst && <Banner tone="warn">{t('create.ask_first')}</Banner>}
      {unasked && !asksFirst && <Override order={order} reason={reason} onType={setReason} />}
    </Frame>
  );
}

function BranchCard(props: {
  branches: readonly BranchId[];
  chosen: BranchId;
  onChoose: (branch: BranchId) => void;
}) {
  return (
    <Card title={t('create.branch')}>
      <Chips
        label={t('create.branch')}
        wrap
        chips={props.branches.map((id) => ({ id, label: branchName(id) }))}
        chosen={props.chosen}
        onChoose={props.onChoose}
        testId="create-branch"
      />
    </Card>
  );
}

function Override(props: { order: Order; reason: string; onType: (reason: string) => void }) {
  const { order, reason, onType } = props;
  return (
    <>
      <Banner tone="warn">{t(`confirmation.${order.confirmation.state}`)}</Banner>
      <Field label={t('create.override')} value={reason} onType={onType} testId="create-override" />
    </>
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
  line: OrderLine;
  units: number;
  branch: BranchId;
  onStep: (units: number) => void;
}

function ChosenLine({ line, units, branch, onStep }: ChosenLineProps) {
  const below = (
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
  );
  return <LineItem line={line} below={below} />;
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
