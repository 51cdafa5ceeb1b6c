import { signal } from '@preact/signals';
import { t } from '../i18n/words.ts';
import type { BranchId, Stock } from '../protocol/generated.ts';
import { availableUnits } from '../protocol/postings.ts';
import { Empty } from '../ui/banner.tsx';
import { SearchField, Switch } from '../ui/field.tsx';
import { Pager } from '../ui/pager.tsx';
import { board } from '../view/board.ts';
import { branchName } from '../view/names.ts';
import { stockLines, type StockLine } from '../view/stock.ts';
import styles from './desk.module.css';

const ROWS = 50;
const typed = signal('');
const short = signal(false);
const page = signal(0);

/** What every branch has free of every item, and how much of its shelf is promised. */
export function StockDesk() {
  const branches = board.myBranches;
  const lines = stockLines(branches, typed.value, short.value);
  const shown = lines.slice(page.value * ROWS, (page.value + 1) * ROWS);
  return (
    <main class={styles.main}>
      <div class={styles.filters}>
        <SearchField
          label={t('stock.search')}
          value={typed.value}
          testId="desk-stock-search"
          onType={(text) => {
            typed.value = text;
            page.value = 0;
          }}
        />
        <Switch
          label={t('stock.only_short')}
          on={short.value}
          testId="desk-stock-short"
          onSwitch={(on) => {
            short.value = on;
            page.value = 0;
          }}
        />
      </div>
      {shown.length === 0 && board.loaded.value ? (
        <Empty title={t('stock.none')} />
      ) : (
        <StockTable branches={branches} lines={shown} />
      )}
      <Pager all={lines.length} page={page} size={ROWS} />
    </main>
  );
}

interface StockTableProps {
  branches: readonly BranchId[];
  lines: readonly StockLine[];
}

function StockTable({ branches, lines }: StockTableProps) {
  return (
    <div class={styles.scroll}>
      <table class={styles.table} data-testid="desk-stock-table">
        <thead>
          <tr>
            <th scope="col">{t('stock.item')}</th>
            {branches.map((id) => (
              <th key={id} scope="col" class={styles.figure}>
                <bdi>{branchName(id)}</bdi>
              </th>
            ))}
            <th scope="col" class={styles.figure}>
              {t('desk.total')}
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ variant, held }) => (
            <tr key={variant.id} data-testid="desk-stock-row">
              <td>
                <bdi>{variant.title}</bdi>{' '}
                <strong>
                  <bdi>{variant.variant_title}</bdi>
                </strong>
                <div class={styles.soft}>
                  <bdi>{variant.sku}</bdi>
                </div>
              </td>
              {held.map((stock, index) => (
                <td key={branches[index]} class={styles.figure}>
                  <Held stock={stock} />
                </td>
              ))}
              <td class={styles.figure}>
                <strong>
                  <bdi>
                    {held.reduce((sum, s) => sum + (s === null ? 0 : availableUnits(s)), 0)}
                  </bdi>
                </strong>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Held({ stock }: { stock: Stock | null }) {
  if (stock === null) return <span class={styles.soft}>–</span>;
  const free = availableUnits(stock);
  return (
    <>
      <bdi class={free <= 0 ? styles.short : undefined}>{free}</bdi>
      {stock.reserved !== 0 && (
        <div class={styles.soft}>
          {t('stock.reserved')} <bdi>{stock.reserved}</bdi>
        </div>
      )}
    </>
  );
}
