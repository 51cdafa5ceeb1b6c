import type { ComponentChildren } from 'preact';
import styles from './button.module.css';
import { Icon, type IconName } from './icon.tsx';

type Look = 'primary' | 'plain' | 'danger' | 'whatsapp';

interface ButtonProps {
  children: ComponentChildren;
  onPress?: (() => void) | undefined;
  look?: Look;
  icon?: IconName;
  type?: 'button' | 'submit';
  disabled?: boolean;
  big?: boolean;
  testId?: string;
}

export function Button(props: ButtonProps) {
  const { children, onPress, look = 'plain', icon, type = 'button', disabled, big, testId } = props;
  return (
    <button
      type={type}
      class={classes(look, big)}
      disabled={disabled}
      onClick={onPress}
      data-testid={testId}
    >
      {icon && <Icon name={icon} />}
      <span>{children}</span>
    </button>
  );
}

interface LinkProps {
  children: ComponentChildren;
  to: string;
  look?: Look;
  icon?: IconName;
  onPress?: () => void;
  outside?: boolean;
  testId?: string;
}

export function ButtonLink(props: LinkProps) {
  const { children, to, look = 'plain', icon, onPress, outside, testId } = props;
  return (
    <a
      href={to}
      class={classes(look, false)}
      onClick={onPress}
      data-testid={testId}
      {...(outside ? { target: '_blank', rel: 'noopener' } : {})}
    >
      {icon && <Icon name={icon} />}
      <span>{children}</span>
    </a>
  );
}

function classes(look: Look, big: boolean | undefined): string {
  return [styles.button, styles[look], big ? styles.big : ''].join(' ');
}
