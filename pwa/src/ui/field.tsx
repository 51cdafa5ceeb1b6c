import type { ComponentChildren } from 'preact';
import { t } from '../i18n/words.ts';
import styles from './field.module.css';
import { Icon } from './icon.tsx';

interface FieldProps {
  label: string;
  value: string;
  onType: (value: string) => void;
  testId: string;
  kind?: 'text' | 'password' | 'decimal';
  autoComplete?: string;
  /** Numbers and codes run left to right in Urdu too. */
  leftToRight?: boolean;
  capitals?: boolean;
  beside?: ComponentChildren;
}

export function Field(props: FieldProps) {
  const { label, value, onType, testId, kind = 'text', leftToRight, capitals, beside } = props;
  return (
    <label class={styles.field}>
      <span class={styles.label}>{label}</span>
      <span class={styles.line}>
        <input
          class={styles.input}
          type={kind === 'password' ? 'password' : 'text'}
          inputMode={kind === 'decimal' ? 'decimal' : 'text'}
          dir={leftToRight || kind !== 'text' ? 'ltr' : 'auto'}
          autoComplete={props.autoComplete ?? 'off'}
          autoCapitalize={capitals ? 'characters' : 'off'}
          spellcheck={false}
          value={value}
          data-testid={testId}
          onInput={(event) => {
            onType(event.currentTarget.value);
          }}
        />
        {beside && <span class={styles.beside}>{beside}</span>}
      </span>
    </label>
  );
}

export function SearchField(props: {
  label: string;
  value: string;
  onType: (value: string) => void;
  testId: string;
}) {
  const { label, value, onType, testId } = props;
  return (
    <div class={styles.search} role="search">
      <Icon name="search" />
      <input
        class={styles.input}
        type="text"
        enterKeyHint="search"
        dir="auto"
        aria-label={label}
        placeholder={label}
        value={value}
        data-testid={testId}
        onInput={(event) => {
          onType(event.currentTarget.value);
        }}
      />
      {value !== '' && (
        <button
          type="button"
          class={styles.clear}
          aria-label={t('orders.search.clear')}
          onClick={() => {
            onType('');
          }}
        >
          <Icon name="cross" />
        </button>
      )}
    </div>
  );
}

interface SwitchProps {
  label: string;
  on: boolean;
  onSwitch: (on: boolean) => void;
  testId: string;
}

export function Switch({ label, on, onSwitch, testId }: SwitchProps) {
  return (
    <label class={styles.switch}>
      <input
        type="checkbox"
        class={styles.box}
        checked={on}
        data-testid={testId}
        onChange={(event) => {
          onSwitch(event.currentTarget.checked);
        }}
      />
      <span>{label}</span>
    </label>
  );
}

interface SelectProps<T extends string> {
  label: string;
  value: T;
  options: readonly { readonly id: T; readonly label: string }[];
  onChoose: (id: T) => void;
  testId: string;
}

export function Select<T extends string>(props: SelectProps<T>) {
  const { label, value, options, onChoose, testId } = props;
  return (
    <label class={styles.field}>
      <span class={styles.label}>{label}</span>
      <select
        class={styles.input}
        value={value}
        data-testid={testId}
        onChange={(event) => {
          onChoose(event.currentTarget.value as T);
        }}
      >
        {options.map((option) => (
          <option key={option.id} value={option.id}>
            {option.label}
          </option>
        ))}
      </select>
    </label>
  );
}
