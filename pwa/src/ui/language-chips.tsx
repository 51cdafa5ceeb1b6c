import { language, speak, t } from '../i18n/words.ts';
import { writeMeta } from '../store/meta.ts';
import { board } from '../view/board.ts';
import { Chips } from './chips.tsx';

/** Each language by its own name. */
export function LanguageChips() {
  return (
    <Chips
      label={t('more.language')}
      wrap
      testId="language"
      chosen={language.value}
      chips={[
        { id: 'ur', label: 'اردو' },
        { id: 'en', label: 'English' },
      ]}
      onChoose={(next) => {
        void speak(next).then(() => writeMeta(board.db, 'language', next));
      }}
    />
  );
}
