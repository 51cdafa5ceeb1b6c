import { t } from '../i18n/words.ts';
import { Icon } from './icon.tsx';
import styles from './stepper.module.css';

interface StepperProps {
  label: string;
  units: number;
  max: number;
  onStep: (units: number) => void;
  testId: string;
}

export function Stepper({ label, units, max, onStep, testId }: StepperProps) {
  return (
    <div class={styles.stepper} role="group" aria-label={label}>
      <button
        type="button"
        aria-label={`${t('minus')}: ${label}`}
        disabled={units <= 0}
        data-testid={`${testId}-minus`}
        onClick={() => {
          onStep(units - 1);
        }}
      >
        <Icon name="minus" />
      </button>
      <output data-testid={testId}>
        <bdi>{units}</bdi>
      </output>
      <button
        type="button"
        aria-label={`${t('plus')}: ${label}`}
        disabled={units >= max}
        data-testid={`${testId}-plus`}
        onClick={() => {
          onStep(units + 1);
        }}
      >
        <Icon name="plus" />
      </button>
    </div>
  );
}
