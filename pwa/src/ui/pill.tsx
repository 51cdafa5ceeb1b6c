import type { ComponentChildren } from 'preact';
import type { SmartStatus } from '../protocol/generated.ts';
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
  conflict: ['bad', 'flag'],
  cancelled_goods_out: ['bad', 'warn'],
  cancelled: ['mute', 'cross'],
  exchange: ['warn', 'refresh'],
  branch_sync: ['bad', 'flag'],
  fix_branch_stock: ['bad', 'flag'],
  returning: ['warn', 'truck'],
  cancelled_by_customer: ['bad', 'cross'],
  change_requested: ['warn', 'chat'],
  wrong_number: ['bad', 'call'],
  callback: ['warn', 'clock'],
  unreachable: ['bad', 'call'],
  no_answer: ['warn', 'call'],
  to_confirm: ['warn', 'call'],
  reconfirm: ['warn', 'call'],
  pending: ['info', 'box'],
  packed: ['info', 'truck'],
  partial: ['info', 'box'],
  attempted: ['warn', 'truck'],
  dispatched: ['info', 'truck'],
  delivered: ['ok', 'check'],
  returned: ['mute', 'shelf'],
  lost: ['bad', 'cross'],
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
