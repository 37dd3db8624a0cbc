import { useState } from 'preact/hooks';
import type { DocumentKeys } from '../../sync/keys.ts';
import { appLink, webLink } from '../../sync/link.ts';
import { bridge, isDesktop, type RelayChoice } from '../bridge.ts';
import { copyText } from '../clipboard.ts';
import { embeddedRelay, hostOf, isOnlyHere, sharedUrl } from '../embedded-relay.ts';
import { Icon } from '../icon.tsx';
import { Popover } from '../popover.tsx';
import { strings } from '../strings.ts';

interface SharePanelProps {
  readonly keys: DocumentKeys;
  readonly relay: RelayChoice;
  readonly onClose: () => void;
}

/** How long "Copied" stands on a button. */
const copiedMs = 2000;

/** What others need to open the document: IDs and links, for editing and for reading. A viewer can pass on reading only. */
export function SharePanel({ keys, relay, onClose }: SharePanelProps) {
  const { editId, viewId } = keys;
  const [editing, setEditing] = useState(editId !== undefined);
  const [told, setTold] = useState('');
  const documentId = editing && editId !== undefined ? editId : viewId;
  const url = sharedUrl(relay);
  const rows = [
    { what: strings.share.id, text: documentId, name: 'id' },
    ...(url === undefined
      ? []
      : [
          { what: strings.share.app, text: appLink(url, documentId), name: 'app-link' },
          { what: strings.share.web, text: webLink(url, documentId), name: 'web-link' },
        ]),
  ];
  return (
    <Popover heading={strings.share.heading} place="share-place" onClose={onClose}>
      <Reach relay={relay} />
      {editId !== undefined && (
        <div class="segments" role="radiogroup" aria-label={strings.share.heading}>
          <Segment word={strings.share.canEdit} chosen={editing} onChoose={() => setEditing(true)} />
          <Segment word={strings.share.canView} chosen={!editing} onChoose={() => setEditing(false)} />
        </div>
      )}
      <p class="hint">{editing ? strings.share.editMeaning : strings.share.viewMeaning}</p>
      {rows.map((row) => (
        <CopyRow key={`${row.name} ${row.text}`} {...row} onTold={setTold} />
      ))}
      <p class="hint told" role="status">
        {told}
      </p>
    </Popover>
  );
}

interface SegmentProps {
  readonly word: string;
  readonly chosen: boolean;
  readonly onChoose: () => void;
}

function Segment({ word, chosen, onChoose }: SegmentProps) {
  return (
    <label class="segment">
      <input type="radio" name="access" checked={chosen} onChange={onChoose} />
      <span>{word}</span>
    </label>
  );
}

interface CopyRowProps {
  readonly what: string;
  readonly text: string;
  readonly name: string;
  readonly onTold: (sentence: string) => void;
}

function CopyRow({ what, text, name, onTold }: CopyRowProps) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    const done = await copyText(text);
    onTold(done ? `${strings.share.copied}: ${what}` : strings.share.copyFailed);
    setCopied(done);
    if (done) window.setTimeout(() => setCopied(false), copiedMs);
  };
  return (
    <div class="copy-row">
      <label class="field">
        <span class="field-name">{what}</span>
        <input
          class="copy-text"
          readOnly
          value={text}
          data-share={name}
          onFocus={(event) => event.currentTarget.select()}
        />
      </label>
      <button type="button" aria-label={strings.share.copyOf(what)} onClick={() => void copy()}>
        {copied && <Icon name="check" />}
        {copied ? strings.share.copied : strings.share.copy}
      </button>
    </div>
  );
}

/** Says who can reach the document at all, and lets the network in where this computer keeps it. */
function Reach({ relay }: { readonly relay: RelayChoice }) {
  const [working, setWorking] = useState(false);
  const [problem, setProblem] = useState('');
  const own = embeddedRelay.value;
  const url = sharedUrl(relay);

  const letNetworkJoin = async () => {
    setWorking(true);
    setProblem('');
    try {
      const answer = await bridge.call('relay:network', { open: true });
      if (answer.state === 'failed') setProblem(strings.share.networkFailed(answer.message));
      else if (answer.state === 'running' && answer.networkUrls.length === 0)
        setProblem(strings.share.noNetwork);
      embeddedRelay.value = answer;
    } catch (error) {
      setProblem(strings.share.networkFailed(error instanceof Error ? error.message : String(error)));
    }
    setWorking(false);
  };

  if (!isOnlyHere(relay)) {
    const isOwn = relay === 'local' && isDesktop && own.state === 'running' && own.networkOpen;
    return isOwn && url !== undefined ? <p class="hint">{strings.share.networkOpen(hostOf(url))}</p> : null;
  }
  return (
    <div class="reach">
      <p>{strings.share.onlyHere}</p>
      {relay === 'local' && isDesktop && (
        <button type="button" disabled={working} onClick={() => void letNetworkJoin()}>
          {working ? strings.share.networkWorking : strings.share.letNetwork}
        </button>
      )}
      <p class="error" role="alert">
        {problem}
      </p>
    </div>
  );
}
