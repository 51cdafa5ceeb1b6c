import { t } from '../i18n/words.ts';
import type { FulfillmentState } from '../protocol/generated.ts';
import type { IconName } from './icon.tsx';
import { Pill, type Tone } from './pill.tsx';

const STATE: Readonly<Record<FulfillmentState, readonly [Tone, IconName]>> = {
  pending: ['info', 'box'],
  packed: ['info', 'check'],
  dispatched: ['info', 'truck'],
  delivered: ['ok', 'check'],
  recorded: ['ok', 'hand'],
  returning: ['warn', 'truck'],
  returned: ['mute', 'shelf'],
  lost: ['bad', 'cross'],
  voided: ['mute', 'cross'],
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
