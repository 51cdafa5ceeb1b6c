import type { ComponentChildren } from 'preact';
import type { FulfillmentState, SmartStatus } from '../protocol/generated.ts';
import { t } from '../i18n/words.ts';
import { Icon, type IconName } from './icon.tsx';
import styles from './pill.module.css';

export type Tone = 'info' | 'ok' | 'warn' | 'bad' | 'mute';

interface PillProps {
  tone: Tone;
  icon?: IconName;
  children: ComponentChildren;
  testId?: string;
}

export function Pill({ tone, icon, children, testId }: PillProps) {
  return (
    <span class={[styles.pill, styles[tone]].join(' ')} data-testid={testId}>
      {icon && <Icon name={icon} />}
      <span>{children}</span>
    </span>
  );
}

const STATUS: Readonly<Record<SmartStatus, readonly [Tone, IconName]>> = {
  cancelled_goods_out: ['bad', 'warn'],
  cancelled: ['mute', 'cross'],
  branch_sync: ['bad', 'flag'],
  to_confirm: ['warn', 'call'],
  reconfirm: ['warn', 'call'],
  pending: ['info', 'box'],
  packed: ['info', 'truck'],
  partial: ['info', 'box'],
  dispatched: ['info', 'truck'],
  delivered: ['ok', 'check'],
  done: ['ok', 'check'],
  unfulfilled: ['info', 'box'],
};

export function StatusPill({ status }: { status: SmartStatus }) {
  const [tone, icon] = STATUS[status];
  return (
    <Pill tone={tone} icon={icon}>
      {t(`status.${status}`)}
    </Pill>
  );
}

const STATE: Readonly<Record<FulfillmentState, readonly [Tone, IconName]>> = {
  pending: ['info', 'box'],
  packed: ['info', 'check'],
  dispatched: ['info', 'truck'],
  delivered: ['ok', 'check'],
  recorded: ['ok', 'hand'],
  cancelled: ['mute', 'cross'],
};

export function StatePill({ state }: { state: FulfillmentState }) {
  const [tone, icon] = STATE[state];
  return (
    <Pill tone={tone} icon={icon}>
      {t(`state.${state}`)}
    </Pill>
  );
}
