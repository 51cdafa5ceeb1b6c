import { useState } from 'preact/hooks';
import { t } from '../i18n/words.ts';
import type { BranchId, Order, OrderLine, OrderLineId } from '../protocol/generated.ts';
import { needsBranchUnits } from '../protocol/order-lines.ts';
import { Button } from '../ui/button.tsx';
import { Select } from '../ui/field.tsx';
import { Pill } from '../ui/pill.tsx';
import { savingHere } from '../ui/toast.tsx';
import { board } from '../view/board.ts';
import { branchName } from '../view/names.ts';
import { newFulfillmentId, record } from '../view/recording.ts';
import { opsByOrder } from '../view/results.ts';
import { freeAt } from '../view/stock.ts';
import styles from './desk.module.css';

type Chosen = Readonly<Partial<Record<OrderLineId, BranchId>>>;

/** Goods left in Shopify and no branch has given them yet: ordered against available, branch by branch, then deducted. */
export function BranchSyncPart({ order }: { order: Order }) {
  const lines = order.lines.filter((line) => needsBranchUnits(line) > 0);
  const branches = board.myBranches;
  const [chosen, setChosen] = useState<Chosen>(() => suggested(lines, branches));
  const [busy, setBusy] = useState(false);
  if (lines.length === 0 || isRecorded(order)) return null;
  const whole = lines.every((line) => chosen[line.id] !== undefined);
  const units = lines.reduce((sum, line) => sum + needsBranchUnits(line), 0);
  return (
    <section class={styles.shopify} data-testid="branch-sync">
      <h3>{t('sync.which')}</h3>
      <div class={styles.tiles}>
        {branches.map((branch) => (
          <Tile
            key={branch}
            branch={branch}
            lines={lines}
            onPress={() => {
              setChosen(Object.fromEntries(lines.map((line) => [line.id, branch])));
            }}
          />
        ))}
      </div>
      {lines.map((line) => (
        <Line
          key={line.id}
          line={line}
          branch={chosen[line.id]}
          branches={branches}
          onChoose={(branch) => {
            setChosen({ ...chosen, [line.id]: branch });
          }}
        />
      ))}
      <Button
        look="primary"
        disabled={!whole || busy}
        testId="branch-sync-deduct"
        onPress={() => {
          setBusy(true);
          void savingHere(() => deduct(order, lines, chosen)).finally(() => {
            setBusy(false);
          });
        }}
      >
        {t('sync.deduct', { n: units })}
      </Button>
    </section>
  );
}

/** Whether this device recorded it and the server's rows do not show it yet: it is not asked for twice. */
function isRecorded(order: Order): boolean {
  const ops = opsByOrder.value.get(order.id) ?? [];
  return ops.some((op) => op.open === 1 && op.kind === 'branch_sync');
}

/** One branch for all that is missing: how much of it lies there. */
function Tile(props: { branch: BranchId; lines: readonly OrderLine[]; onPress: () => void }) {
  const { branch, lines, onPress } = props;
  const wanted = lines.reduce((sum, line) => sum + needsBranchUnits(line), 0);
  const there = lines.reduce((sum, line) => sum + covered(line, branch), 0);
  const tone = there === wanted ? 'ok' : there > 0 ? 'warn' : 'bad';
  return (
    <button type="button" class={styles.tile} data-testid="sync-branch" onClick={onPress}>
      <bdi>{branchName(branch)}</bdi>
      <Pill tone={tone} icon={tone === 'ok' ? 'check' : tone === 'warn' ? 'flag' : 'cross'}>
        <bdi dir="ltr">
          {there}/{wanted}
        </bdi>
      </Pill>
    </button>
  );
}

interface LineProps {
  line: OrderLine;
  branch: BranchId | undefined;
  branches: readonly BranchId[];
  onChoose: (branch: BranchId) => void;
}

function Line({ line, branch, branches, onChoose }: LineProps) {
  const wanted = needsBranchUnits(line);
  const free = freeAt(branch ?? null, line.variant_id);
  const after = free === null ? null : free - wanted;
  return (
    <div data-testid="sync-line">
      <bdi>{[line.title, line.variant_title].filter(Boolean).join(' ')}</bdi>
      <Select
        label={t('sync.from')}
        value={branch ?? ('' as BranchId)}
        options={[
          ...(branch === undefined ? [{ id: '' as BranchId, label: t('sync.choose') }] : []),
          ...branches.map((id) => ({ id, label: branchName(id) })),
        ]}
        testId="sync-line-branch"
        onChoose={onChoose}
      />
      <p class={after !== null && after < 0 ? styles.short : styles.soft}>
        {t('sync.counts', { wanted, free: free ?? '?', after: after ?? '?' })}
      </p>
    </div>
  );
}

function covered(line: OrderLine, branch: BranchId): number {
  const free = freeAt(branch, line.variant_id) ?? 0;
  return Math.max(0, Math.min(free, needsBranchUnits(line)));
}

/** One branch that has everything; else each line from the branch that has most of it, where any has all. */
function suggested(lines: readonly OrderLine[], branches: readonly BranchId[]): Chosen {
  const whole = branches.find((branch) =>
    lines.every((line) => covered(line, branch) === needsBranchUnits(line)),
  );
  const chosen: Partial<Record<OrderLineId, BranchId>> = {};
  for (const line of lines) {
    const one = whole ?? branches.find((b) => covered(line, b) === needsBranchUnits(line));
    if (one !== undefined) chosen[line.id] = one;
  }
  return chosen;
}

/** One record per branch: what left from two is written down twice. */
async function deduct(order: Order, lines: readonly OrderLine[], chosen: Chosen): Promise<void> {
  for (const branch of board.myBranches) {
    const mine = lines.filter((line) => chosen[line.id] === branch);
    if (mine.length === 0) continue;
    await record('branch_sync', {
      fulfillment_id: newFulfillmentId(),
      order_id: order.id,
      branch_id: branch,
      lines: mine.map((line) => ({ order_line_id: line.id, units: needsBranchUnits(line) })),
    });
  }
}
