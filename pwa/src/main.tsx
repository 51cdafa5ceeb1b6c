import './styles/tokens.css';
import './styles/elements.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { fetchScreens } from './ui/lazy-screen.ts';
import { phoneLanguage, speak, t } from './i18n/words.ts';
import { board } from './view/board.ts';
import { followCalls } from './view/calls.ts';
import { followClock } from './view/now.ts';
import { followAddress } from './view/routes.ts';
import { askOnceInstalled } from './view/storage.ts';
import { registerWorker } from './view/updates.ts';

/** Show what is on the disk, then talk to the network. */
async function begin(): Promise<void> {
  followAddress();
  followCalls();
  followClock();
  const place = document.getElementById('app');
  if (place === null) throw new Error('no place for the app in the page');
  askOnceInstalled();
  const waits = () => {
    render(<p role="alert">{t('app.blocked')}</p>, place);
  };
  const meta = await board.open(waits).catch((error: unknown) => {
    board.lost.value = true;
    reportError(error);
    return {};
  });
  const chosen = 'language' in meta ? meta.language : undefined;
  // Without its words on this phone Urdu cannot be spoken; English is there always.
  await speak(chosen ?? phoneLanguage()).catch(() => speak('en'));
  render(<App />, place);
  if (!board.lost.value) await board.begin();
  await Promise.all([fetchScreens(), registerWorker()]);
}

function wakeOnReturn(): void {
  addEventListener('online', () => {
    board.woken();
  });
  addEventListener('pageshow', () => {
    board.woken();
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') board.woken();
  });
}

wakeOnReturn();
void begin();
