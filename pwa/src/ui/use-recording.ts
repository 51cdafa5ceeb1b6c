import { useState } from 'preact/hooks';
import { goInstead } from '../view/routes.ts';
import { saving } from './toast.tsx';

/** Whether a recording is under way, and how to begin one that leads to another screen once it is saved. */
export function useRecording(): {
  readonly busy: boolean;
  readonly record: (work: () => Promise<void>, ...then: readonly string[]) => Promise<void>;
} {
  const [busy, setBusy] = useState(false);
  const record = async (work: () => Promise<void>, ...then: readonly string[]) => {
    if (busy) return;
    setBusy(true);
    await saving(work, () => {
      goInstead(...then);
    });
    setBusy(false);
  };
  return { busy, record };
}
