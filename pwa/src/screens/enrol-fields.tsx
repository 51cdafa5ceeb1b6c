import { t } from '../i18n/words.ts';
import { Field } from '../ui/field.tsx';
import { Soft } from '../ui/frame.tsx';

/** The code that a supervisor gave. */
export function CodeField({ code, onType }: { code: string; onType: (code: string) => void }) {
  return (
    <>
      <Soft>{t('enrol.lead')}</Soft>
      <Field
        label={t('enrol.code')}
        value={code}
        onType={onType}
        testId="enrol-code"
        autoComplete="one-time-code"
        leftToRight
        capitals
      />
    </>
  );
}

interface PasswordFieldsProps {
  name: string;
  onName: (name: string) => void;
  password: string;
  onPassword: (password: string) => void;
}

/** Login and password, at a desk. */
export function PasswordFields({ name, onName, password, onPassword }: PasswordFieldsProps) {
  return (
    <>
      <Field
        label={t('login.login')}
        value={name}
        onType={onName}
        testId="login-name"
        autoComplete="username"
        leftToRight
      />
      <Field
        label={t('login.password')}
        value={password}
        onType={onPassword}
        testId="login-password"
        kind="password"
        autoComplete="current-password"
      />
    </>
  );
}
