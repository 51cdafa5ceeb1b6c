import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { OrderLine, VariantId } from '../protocol/generated.ts';
import { board } from '../view/board.ts';
import { Dotted } from './dotted.tsx';
import styles from './line-item.module.css';

/** The product's picture, or its first letter while there is none. */
export function Picture({ variantId, title }: { variantId: VariantId | null; title: string }) {
  const [broken, setBroken] = useState(false);
  const variant = variantId === null ? undefined : board.replica.base.variants.get(variantId);
  const image = variant?.image ?? null;
  if (image === null || broken) {
    return (
      <span class={styles.picture} aria-hidden="true">
        {title.trim().charAt(0).toUpperCase()}
      </span>
    );
  }
  return (
    <img
      class={styles.picture}
      src={image}
      alt=""
      loading="lazy"
      decoding="async"
      onError={() => {
        setBroken(true);
      }}
    />
  );
}

interface LineItemProps {
  line: Pick<OrderLine, 'title' | 'variant_title' | 'sku' | 'variant_id'>;
  end?: ComponentChildren;
  below?: ComponentChildren;
}

/** One thing: picture, title, size and code; what belongs to it stands at its end or below. */
export function LineItem({ line, end, below }: LineItemProps) {
  const details = [line.variant_title, line.sku].filter(Boolean);
  return (
    <li class={styles.line}>
      <Picture variantId={line.variant_id} title={line.title} />
      <div class={styles.words}>
        <span class={styles.title}>
          <bdi>{line.title}</bdi>
        </span>
        {details.length > 0 && (
          <span class={styles.details}>
            <Dotted parts={details} />
          </span>
        )}
        {below}
      </div>
      {end && <div class={styles.end}>{end}</div>}
    </li>
  );
}
