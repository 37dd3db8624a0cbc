import type { Awareness } from 'y-protocols/awareness';
import { IdleWatch } from '../idle-watch.ts';
import { windowTime } from './window-time.ts';

const signsOfLife = ['keydown', 'pointerdown', 'wheel', 'touchmove', 'selectionchange'] as const;

/** Tells the others in a document when the person at this window is idle, until the returned function is called. */
export function tellIdle(awareness: Awareness): () => void {
  const watch = new IdleWatch(windowTime, (idle) => awareness.setLocalStateField('idle', idle));
  const active = () => watch.active();
  const shown = () => watch.visible(document.visibilityState === 'visible');
  for (const sign of signsOfLife) document.addEventListener(sign, active, { capture: true, passive: true });
  document.addEventListener('visibilitychange', shown);
  shown();
  return () => {
    watch.stop();
    for (const sign of signsOfLife) document.removeEventListener(sign, active, { capture: true });
    document.removeEventListener('visibilitychange', shown);
  };
}
