import { signal } from '@preact/signals';
import { timeOf } from '../i18n/figures.ts';
import { t } from '../i18n/words.ts';
import type { BranchId, Stock } from '../protocol/generated.ts';
import { availableUnits } from '../protocol/postings.ts';
import { Empty } from '../ui/banner.tsx';
import { Chips } from '../ui/chips.tsx';
import { SearchField } from '../ui/field.tsx';
import { Frame, Soft } from '../ui/frame.tsx';
import { LineItem } from '../ui/line-item.tsx';
import { Pager, PAGE } from '../ui/pager.tsx';
import { TabBar } from '../ui/tab-bar.tsx';
import { board } from '../view/board.ts';
import { branchName } from '../view/names.ts';
import { now } from '../view/now.ts';
import { stockLines } from '../view/stock.ts';
import styles from './branch-stock.module.css';

const typed = signal('');
const page = signal(0);
const chosen = signal<BranchId | null>(null);

/** What a branch has by the book, and since when this phone knows. */
export function BranchStock() {
  const branches = board.myBranches;
  const branch = chosen.value ?? board.branchId.value ?? branches[0] ?? null;
  const lines = branch === null ? [] : stockLines([branch], typed.value, false);
  const first = page.value * PAGE;
  const contact = board.sync.value?.contactAt ?? null;
  const known = contact === null ? t('time.never') : timeOf(contact, now.value);
  return (
    <>
      <Frame title={t('stock.title')}>
        <SearchField
          label={t('stock.search')}
          value={typed.value}
          testId="stock-search"
          onType={(text) => {
            typed.value = text;
            page.value = 0;
          }}
        />
        {branches.length > 1 && (
          <Chips
            label={t('more.branch')}
            chips={branches.map((id) => ({ id, label: branchName(id) }))}
            chosen={branch}
            onChoose={(id) => (chosen.value = id)}
            testId="stock-branch"
          />
        )}
        <Soft>
          <bdi>{branchName(branch)}</bdi> · {t('time.as_of', { time: known })}
        </Soft>
        {lines.length === 0 && board.loaded.value && (
          <Empty title={t(typed.value === '' ? 'stock.none' : 'orders.none')}>
            {typed.value === '' && <p>{t('stock.none.text')}</p>}
          </Empty>
        )}
        <ul class={styles.list} data-testid="stock-list">
          {lines.slice(first, first + PAGE).map(({ variant, held }) => (
            <LineItem
              key={variant.id}
              line={{ ...variant, variant_id: variant.id }}
              end={<Counts stock={held[0] ?? null} />}
            />
          ))}
        </ul>
        <Pager all={lines.length} page={page} />
      </Frame>
      <TabBar />
    </>
  );
}

/** What is free in large figures; below it how that comes about. */
function Counts({ stock }: { stock: Stock | null }) {
  if (stock === null) return null;
  const free = availableUnits(stock);
  return (
    <>
      <span class={free <= 0 ? styles.none : styles.free}>
        <bdi data-testid="stock-available">{free}</bdi> <small>{t('stock.available')}</small>
      </span>
      <span class={styles.parts}>
        {t('stock.sellable')} <bdi data-testid="stock-sellable">{stock.sellable}</bdi>
      </span>
      {stock.reserved !== 0 && (
        <span class={styles.parts}>
          {t('stock.reserved')} <bdi>{stock.reserved}</bdi>
        </span>
      )}
    </>
  );
}
