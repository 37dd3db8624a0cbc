import { net, powerMonitor } from 'electron';

/** Chromium knows at once whether there is a network, but tells only pages; asking it costs nothing. */
const lookEveryMs = 2000;

/** Calls back when the computer wakes up, is unlocked, or gets its network back. Needs a ready app. */
export function watchNetworkReturn(back: () => void): void {
  powerMonitor.on('resume', back);
  powerMonitor.on('unlock-screen', back);
  let online = net.isOnline();
  setInterval(() => {
    const now = net.isOnline();
    if (now && !online) back();
    online = now;
  }, lookEveryMs).unref();
}
