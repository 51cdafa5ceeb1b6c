import type { ComponentChildren } from 'preact';
import type { Fulfillment, FulfillmentLine, Order } from '../protocol/generated.ts';
import { lineOf } from '../protocol/order-lines.ts';
import { Frame } from './frame.tsx';
import { LineItem } from './line-item.tsx';
import styles from './parcel-lines.module.css';

export function unitsOf(shipment: Fulfillment): number {
  return shipment.lines.reduce((sum, line) => sum + line.units, 0);
}

interface ParcelLinesProps {
  order: Order;
  shipment: Fulfillment;
  below?: (line: FulfillmentLine) => ComponentChildren;
}

/** What is in a shipment, with the number of each in large figures. */
export function ParcelLines({ order, shipment, below }: ParcelLinesProps) {
  return (
    <ul>
      {shipment.lines.map((line) => {
        const known = lineOf(order, line.order_line_id);
        const shown = known ?? { title: '?', variant_title: null, sku: null };
        return (
          <LineItem
            key={line.order_line_id}
            line={{ ...shown, variant_id: line.variant_id }}
            end={<bdi class={line.units > 1 ? styles.many : styles.one}>× {line.units}</bdi>}
            below={below?.(line)}
          />
        );
      })}
    </ul>
  );
}

interface ParcelFrameProps {
  words: string;
  order: Order;
  children: ComponentChildren;
  dock: ComponentChildren;
}

/** The frame of a step of one shipment: what is done, to which order, and the button that does it. */
export function ParcelFrame({ words, order, children, dock }: ParcelFrameProps) {
  return (
    <Frame
      title={
        <>
          <bdi>{order.name}</bdi> {words}
        </>
      }
      home={['order', order.id]}
      dock={dock}
    >
      {children}
    </Frame>
  );
}
