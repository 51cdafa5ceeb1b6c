import { useState } from 'preact/hooks';
import { t } from '../i18n/words.ts';
import { OUTCOMES, type BranchId, type Discrepancy, type Outcome } from '../protocol/generated.ts';
import { Button } from '../ui/button.tsx';
import { Field, Select } from '../ui/field.tsx';
import { Pill } from '../ui/pill.tsx';
import { savingHere } from '../ui/toast.tsx';
import { board } from '../view/board.ts';
import { branchName } from '../view/names.ts';
import { record } from '../view/recording.ts';
import { isDecided } from '../view/results.ts';
import styles from './desk.module.css';

/** What may become of a discrepancy, one tap each; what needs a word or a branch asks for it first. */
export function Outcomes({ found }: { found: Discrepancy }) {
  const [asked, setAsked] = useState<Outcome | null>(null);
  if (isDecided(found.id)) {
    return (
      <Pill tone="warn" icon="up" testId="decision-waits">
        {t('order.waiting')}
      </Pill>
    );
  }
  const outcomes = OUTCOMES[found.code] ?? ['accepted'];
  const decide = (outcome: Outcome) => {
    if (ASKS_FIRST.has(outcome)) setAsked(outcome);
    else void savingHere(() => record('resolve', { discrepancy_id: found.id, outcome }));
  };
  return (
    <details class={styles.outcomes}>
      <summary data-testid="decide">{t('desk.decide')}</summary>
      {outcomes.map((outcome) => (
        <Button
          key={outcome}
          testId={`outcome-${outcome}`}
          onPress={() => {
            decide(outcome);
          }}
        >
          {t(`outcome.${outcome}`)}
        </Button>
      ))}
      {asked !== null && <Asked found={found} outcome={asked} />}
    </details>
  );
}

/** Beyond what was ordered nothing leaves without a word for it; another branch has to be named. */
const ASKS_FIRST: ReadonlySet<Outcome> = new Set<Outcome>(['sent_twice', 'other_branch']);

function Asked({ found, outcome }: { found: Discrepancy; outcome: Outcome }) {
  const others = board.myBranches.filter((id) => id !== found.branch_id);
  const [branch, setBranch] = useState<BranchId | undefined>(others[0]);
  const [reason, setReason] = useState('');
  const named = outcome === 'other_branch';
  const ready = named ? branch !== undefined : reason.trim() !== '';
  return (
    <form
      class={styles.outcomes}
      onSubmit={(event) => {
        event.preventDefault();
        const told = { discrepancy_id: found.id, outcome };
        const more = named && branch !== undefined ? { branch_id: branch } : {};
        const why = reason.trim() ? { reason: reason.trim() } : {};
        void savingHere(() => record('resolve', { ...told, ...more, ...why }));
      }}
    >
      {named && branch !== undefined && (
        <Select
          label={t('desk.which_branch')}
          value={branch}
          options={others.map((id) => ({ id, label: branchName(id) }))}
          testId="outcome-branch"
          onChoose={setBranch}
        />
      )}
      <Field label={t('desk.reason')} value={reason} onType={setReason} testId="outcome-reason" />
      <Button look="primary" type="submit" disabled={!ready} testId="outcome-send">
        {t(`outcome.${outcome}`)}
      </Button>
    </form>
  );
}
