import { useEffect, useRef } from 'preact/hooks';
import styles from './chips.module.css';

export interface Chip<T extends string> {
  readonly id: T;
  readonly label: string;
  readonly count?: number;
}

interface ChipsProps<T extends string> {
  label: string;
  chips: readonly Chip<T>[];
  chosen: T | null;
  onChoose: (id: T) => void;
  testId: string;
  /** Break into lines instead of scrolling sideways. */
  wrap?: boolean;
}

/** One of several, each a target of its own. */
export function Chips<T extends string>(props: ChipsProps<T>) {
  const { label, chips, chosen, onChoose, testId, wrap } = props;
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const current = row.current?.querySelector<HTMLElement>('[aria-pressed="true"]');
    if (!wrap) current?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [chosen, wrap]);
  return (
    <div
      ref={row}
      class={wrap ? [styles.row, styles.wrap].join(' ') : styles.row}
      role="group"
      aria-label={label}
    >
      {chips.map(({ id, label: words, count }) => (
        <button
          key={id}
          type="button"
          class={styles.chip}
          aria-pressed={id === chosen}
          data-testid={`${testId}-${id}`}
          onClick={() => {
            onChoose(id);
          }}
        >
          <span>{words}</span>
          {count !== undefined && <bdi class={styles.count}>{count}</bdi>}
        </button>
      ))}
    </div>
  );
}
