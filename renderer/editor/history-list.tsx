import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Person } from '../person.ts';
import { strings } from '../strings.ts';
import { dayWords, timeOfDay } from '../time-words.ts';
import { refusalSentence } from './notices.tsx';
import type { VersionChanges } from './version-figures.ts';
import type { Timeline, TimelineEntry } from './version-timeline.ts';
import { authorWords, figureWords } from './version-words.ts';

interface HistoryListProps {
  readonly timeline: Timeline;
  readonly present: readonly Person[];
  /** One's own id among the authors. */
  readonly ownId: string;
  readonly host: string;
  /** Id of the entry that is compared; nothing chosen is "Now". */
  readonly chosen: string | undefined;
  /** Id of the entry that was left, which has the focus again. */
  readonly left: string | undefined;
  readonly onChoose: (entry: TimelineEntry | undefined) => void;
}

/** All versions by day, the newest first, and what there is to say of those that cannot be shown. */
export function HistoryList({ timeline, present, ownId, host, chosen, left, onChoose }: HistoryListProps) {
  const nowMs = Date.now();
  const entries = timeline.entries.value;
  const days = new Map<string, TimelineEntry[]>();
  for (const entry of entries) {
    const day = dayWords(entry.atMs, nowMs);
    days.set(day, [...(days.get(day) ?? []), entry]);
  }
  return (
    <div class="history-list">
      <HistoryLine
        time={strings.history.now}
        changes={timeline.changesNow}
        present={present}
        ownId={ownId}
        isChosen={chosen === undefined}
        takesFocus={false}
        onChoose={() => onChoose(undefined)}
      />
      <RelayNote timeline={timeline} host={host} />
      {[...days].map(([day, ofDay]) => (
        <section key={day} aria-label={day}>
          <h3>{day}</h3>
          <ul>
            {ofDay.map((entry) => (
              <li key={entry.id}>
                <HistoryLine
                  time={timeOfDay(entry.atMs)}
                  reason={entry.reason === 'relay' ? undefined : strings.history.reasons[entry.reason]}
                  changes={timeline.changesIn(entry)}
                  present={present}
                  ownId={ownId}
                  isChosen={chosen === entry.id}
                  takesFocus={left === entry.id}
                  onChoose={() => onChoose(entry)}
                />
              </li>
            ))}
          </ul>
        </section>
      ))}
      {entries.length > 0 && <p class="history-note">{strings.history.thinning}</p>}
    </div>
  );
}

/** What is to be known where the list is not the whole history. */
function RelayNote({ timeline, host }: Pick<HistoryListProps, 'timeline' | 'host'>) {
  const relay = timeline.relay.value;
  const isEmpty = timeline.isRead.value && timeline.entries.value.length === 0;
  switch (relay.state) {
    case 'asking':
      return (
        <p class="history-note" role="status">
          {strings.history.asking(host)}
        </p>
      );
    case 'offline':
      return (
        <p class="history-note" role="status">
          {isEmpty ? strings.history.offlineEmpty(host) : strings.history.offline(host)}
        </p>
      );
    case 'failed':
      return (
        <div class="history-note" role="status">
          <p>
            {strings.history.failed(host)} {refusalSentence({ code: relay.code, detail: '' })}
          </p>
          <button type="button" onClick={() => void timeline.refresh()}>
            {strings.trouble.retry}
          </button>
        </div>
      );
    case 'ready':
      return isEmpty ? <p class="history-note">{strings.history.empty}</p> : null;
    default:
      return relay satisfies never;
  }
}

interface HistoryLineProps {
  readonly time: string;
  readonly reason?: string | undefined;
  readonly changes: VersionChanges | undefined;
  readonly present: readonly Person[];
  /** One's own id among the authors. */
  readonly ownId: string;
  readonly isChosen: boolean;
  /** Has the focus, since the comparison that it opened is closed. */
  readonly takesFocus: boolean;
  readonly onChoose: () => void;
}

function HistoryLine({
  time,
  reason,
  changes,
  present,
  ownId,
  isChosen,
  takesFocus,
  onChoose,
}: HistoryLineProps) {
  const line = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    if (takesFocus) line.current?.focus();
  }, [takesFocus]);
  const isSame = changes !== undefined && changes.added === 0 && changes.removed === 0;
  return (
    <button type="button" class="history-line" aria-pressed={isChosen} ref={line} onClick={onChoose}>
      <span class="history-time">
        {time}
        {reason !== undefined && <span class="history-reason">{reason}</span>}
      </span>
      {changes !== undefined && !isSame && (
        <span class="history-who">{authorWords(changes.authors, present, ownId)}</span>
      )}
      {changes !== undefined && <span class="history-figures">{figureWords(changes)}</span>}
    </button>
  );
}
