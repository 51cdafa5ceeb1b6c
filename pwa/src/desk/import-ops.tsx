import { useState } from 'preact/hooks';
import { timeOf } from '../i18n/figures.ts';
import { t } from '../i18n/words.ts';
import { fillResult, OpKind, type Result } from '../protocol/generated.ts';
import { Declined, post } from '../sync/transport.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { Card, Soft } from '../ui/frame.tsx';
import { Pill, type Tone } from '../ui/pill.tsx';
import { board } from '../view/board.ts';
import { now } from '../view/now.ts';
import { readCopy, type Copy } from '../view/read-copy.ts';
import styles from './desk.module.css';

type Trouble = 'import.error.file' | 'import.error.network' | 'import.error.refused';

/** A phone that could not send its work has saved it as a file: taken in here, op by op. */
export function ImportOps() {
  const [copy, setCopy] = useState<Copy | null>(null);
  const [results, setResults] = useState<readonly Result[] | null>(null);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [busy, setBusy] = useState(false);

  const choose = async (file: File | undefined) => {
    setResults(null);
    setTrouble(null);
    const read = file === undefined ? null : readCopy(await file.text());
    setCopy(read);
    if (file !== undefined && read === null) setTrouble('import.error.file');
  };
  const takeIn = async () => {
    if (copy === null) return;
    setBusy(true);
    setTrouble(null);
    try {
      const told = await post(board.around, '/desk/import-ops', copy.text);
      setResults((told as { results: unknown[] }).results.map(fillResult));
    } catch (error) {
      const refused = error instanceof Declined && error.status < 500;
      setTrouble(refused ? 'import.error.refused' : 'import.error.network');
    } finally {
      setBusy(false);
    }
  };
  return (
    <main class={styles.main}>
      <Card title={t('import.title')}>
        <Soft>{t('import.lead')}</Soft>
        <FileField onChoose={(file) => void choose(file)} />
        {copy !== null && <Whose copy={copy} />}
        {trouble !== null && (
          <Banner tone="bad" testId="import-error">
            {t(trouble)}
          </Banner>
        )}
        {copy !== null && results === null && (
          <Button
            look="primary"
            disabled={busy}
            testId="import-submit"
            onPress={() => void takeIn()}
          >
            {t('import.submit', { n: copy.ops.length })}
          </Button>
        )}
      </Card>
      {copy !== null && results !== null && <Outcome copy={copy} results={results} />}
    </main>
  );
}

function FileField({ onChoose }: { onChoose: (file: File | undefined) => void }) {
  return (
    <label>
      {t('import.file')}{' '}
      <input
        type="file"
        accept=".json,application/json"
        data-testid="import-file"
        onChange={(event) => {
          onChoose(event.currentTarget.files?.[0]);
        }}
      />
    </label>
  );
}

function Whose({ copy }: { copy: Copy }) {
  return (
    <p data-testid="import-whose">
      {t('import.whose', {
        name: copy.staffName,
        n: copy.ops.length,
        time: timeOf(copy.madeAt, now.value),
      })}
    </p>
  );
}

const TONES: Readonly<Record<Result['status'], Tone>> = {
  applied: 'ok',
  flagged: 'warn',
  noop: 'mute',
  parked: 'bad',
  refused: 'bad',
};

/** One line per op: what it was, and what became of it. */
function Outcome({ copy, results }: { copy: Copy; results: readonly Result[] }) {
  const byId = new Map(results.map((result) => [result.id, result]));
  return (
    <div class={styles.scroll}>
      <table class={styles.table} data-testid="import-results">
        <thead>
          <tr>
            <th scope="col">{t('desk.what')}</th>
            <th scope="col">{t('desk.when')}</th>
            <th scope="col">{t('import.became')}</th>
          </tr>
        </thead>
        <tbody>
          {copy.ops.map((op) => (
            <Line key={op.id} op={op} result={byId.get(op.id as never)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Line({ op, result }: { op: Copy['ops'][number]; result: Result | undefined }) {
  const kind = OpKind.find((known) => known === op.kind);
  return (
    <tr data-testid="import-result" data-status={result?.status ?? 'none'}>
      <td>
        <strong>{kind === undefined ? op.kind : t(`op.${kind}`)}</strong>
      </td>
      <td>
        <bdi>{timeOf(op.at, now.value)}</bdi>
      </td>
      <td>
        {result === undefined ? (
          <Pill tone="bad" icon="warn">
            {t('import.no_answer')}
          </Pill>
        ) : (
          <Pill tone={TONES[result.status]} icon={TONES[result.status] === 'ok' ? 'check' : 'flag'}>
            {t(`result.${result.status}`)}
          </Pill>
        )}
        {result?.code != null && <div class={styles.soft}>{t(`code.${result.code}`)}</div>}
      </td>
    </tr>
  );
}
