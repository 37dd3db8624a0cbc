import type { RefusalCode } from '../protocol/refusals.ts';

/** The language of the interface, for everything that `Intl` writes. With this one the day has 24 hours. */
export const uiLanguage = 'en-GB';

const count = new Intl.NumberFormat(uiLanguage);

function plural(n: number, one: string, many: string): string {
  return `${count.format(n)} ${n === 1 ? one : many}`;
}

/** Every text of the interface. Functions where a text depends on a number or a name; sentences end with a full stop. */
export const strings = {
  app: 'Inkroom',
  untitled: 'Untitled',
  guest: 'Guest',
  close: 'Close',
  closeWhat: (what: string) => `Close: ${what}`,
  you: 'you',

  library: {
    heading: 'Documents',
    paste: 'Paste a document ID or link to open it',
    open: 'Open',
    create: 'New document',
    list: 'On this computer',
    empty: 'No documents yet',
    emptyHint: 'Start a new one, or paste the ID or link that someone sent you.',
    mistyped: 'This document ID has a typing error. Copy the whole ID again, from first letter to last.',
    notAnId:
      'This is not a document ID or link. An ID is about 30 letters and digits and begins with e or v.',
    badAddress: 'This link names a relay by an address that cannot be read.',
    notShared: 'Only on this computer',
    sharedVia: (host: string) => `Shared via ${host}`,
    viewOnly: 'View only',
    hereNow: (names: string) => `Here now: ${names}`,
    waiting: (n: number) => `${plural(n, 'change', 'changes')} safe here, waiting to send`,
    remove: (title: string) => `Remove “${title}” from this computer`,
    removeQuestion: (title: string) => `Remove “${title}” from this computer?`,
    removeUnsaved: (n: number) =>
      `${plural(n, 'change', 'changes')} not yet sent will be lost for good. Nobody else has them.`,
    removeShared: 'To open it again, you will need its document ID or link.',
    removeYes: 'Remove',
    removeNo: 'Keep',
    failed: 'The list of documents could not be read. Reload the window to try again.',
  },

  file: {
    open: 'Import file',
    markdown: 'Save as Markdown (.md)',
    plainText: 'Save as text (.txt)',
    notSaved: (reason: string) => `The copy was not saved: ${reason}.`,
    problems: {
      'too-large': (name: string) =>
        `“${name}” is too large. A document can start with 16 million characters; import it in parts.`,
      binary: (name: string) => `“${name}” is not a text file.`,
      'utf-16-without-mark': (name: string) =>
        `“${name}” is in UTF-16 without a byte order mark. Save it as UTF-8 and import it again.`,
      'utf-32': (name: string) => `“${name}” is in UTF-32. Save it as UTF-8 and import it again.`,
      'not-utf-8': (name: string) =>
        `“${name}” is neither UTF-8 nor UTF-16. Save it as UTF-8 and import it again.`,
      unreadable: (name: string) => `“${name}” could not be read.`,
    },
  },

  welcome: {
    heading: 'Welcome to Inkroom',
    text: 'Write one text together. Others see this name and colour at your cursor.',
    editorText: 'Others see this name and colour at your cursor.',
    done: 'Continue',
  },

  settings: {
    heading: 'Settings',
    youAre: 'You are',
    openSettings: (name: string) => `You are ${name}. Settings`,
    name: 'Your name',
    color: 'Your colour',
    colors: ['Orange', 'Teal', 'Purple', 'Green', 'Blue', 'Pink', 'Brown', 'Slate'],
    relay: 'Relay for new documents',
    relayHere: 'This computer',
    relayHereHint: 'Needs nothing else. Others can join while this computer is on.',
    relayAddress: 'Another relay',
    address: 'Address of the relay',
    addressExample: 'relay.example.org',
    addressWrong:
      'This is not an address. An address looks like relay.example.org or http://192.168.1.5:4040.',
    theme: 'Light or dark follows your system.',
  },

  relay: {
    label: (name: string) => `Relay: ${name}`,
    here: 'this computer',
    starting: 'Starting…',
    ready: 'Ready',
    asking: 'Connecting…',
    unreachable: 'Offline',
    failed: (why: string) => `Could not start: ${why}`,
  },

  status: {
    opening: 'Opening…',
    connecting: 'Connecting…',
    checking: 'Checking…',
    saved: 'Saved',
    upToDate: 'Up to date',
    saving: (n: number) => (n > 0 ? `Saving ${count.format(n)}` : 'Saving…'),
    offline: (since: string, n: number) =>
      `Offline since ${since}${n > 0 ? ` · ${plural(n, 'change', 'changes')} safe on this computer` : ''}`,
    catchingUp: (percent: number) => `Catching up ${percent} %`,
    sending: (percent: number) => `Sending ${percent} %`,
    refused: 'Not connected',
    closed: 'Closed',
    viewOnly: 'View only',
    announceOffline: 'Offline. You can go on writing; changes are kept on this computer.',
  },

  editor: {
    back: 'All documents',
    title: 'Title',
    text: 'Text of the document',
    share: 'Share',
    words: (n: number) => plural(n, 'word', 'words'),
    characters: (n: number) => plural(n, 'character', 'characters'),
    /** Of the selected text, before the same of the whole. */
    partOf: (part: number, whole: string) => `${count.format(part)} of ${whole}`,
    fold: 'Fold',
    unfold: 'Unfold',
    encrypted: (host: string) => `End-to-end encrypted · ${host}`,
    placeholder: 'Write something…',
    place: (line: number, column: number) => `Ln ${line}, Col ${column}`,
    notHere: (host: string) =>
      `This document is not on this computer yet. It appears as soon as ${host} answers.`,
    failed: 'This document could not be opened on this computer.',
    notLoaded: 'The editor could not be loaded',
    notLoadedHint:
      'The server that it comes from cannot be reached. Your documents are safe on this computer.',
    insertionTooLarge:
      'This is more than can be inserted at once (16 million characters). Insert it in parts.',
  },

  spelling: {
    missing: (languages: string) =>
      `No dictionary for ${languages}. Install the one of Hunspell, then start Inkroom again.`,
    missingOnWindows: (languages: string) =>
      `No dictionary for ${languages}. Add the language in the settings of Windows, then start Inkroom again.`,
    unusable: (languages: string, count: number) =>
      `The ${count === 1 ? 'dictionary' : 'dictionaries'} for ${languages} cannot be used.`,
    unknown: 'No dictionary for your languages can be had.',
  },

  menu: {
    label: 'More',
    textSize: 'Text size',
    pixels: (n: number) => `${n}`,
  },

  shortcuts: {
    heading: 'Keyboard shortcuts',
    sections: {
      file: 'File',
      edit: 'Edit',
      lines: 'Lines',
      format: 'Format',
      view: 'View',
      help: 'Help',
    },
    severalCursors: (isMac: boolean) =>
      isMac
        ? 'Click with ⌘ or ⌥ to add a cursor; Esc leaves one.'
        : 'Click with Ctrl or Alt to add a cursor; Esc leaves one.',
    tab: 'In lists, Tab moves an item in and Shift+Tab out. Press Esc before Tab to leave the text.',
  },

  history: {
    heading: 'History',
    open: 'History (Ctrl+Shift+H)',
    opening: 'Opening…',
    notLoaded: 'This part of the program could not be loaded. Reload the window to try again.',
    forEditors:
      'History is for people who can edit. Older versions hold text that has been removed since, and a view ID does not give that.',
    now: 'Now',
    today: 'Today',
    yesterday: 'Yesterday',
    someone: 'someone',
    others: (n: number) => plural(n, 'other', 'others'),
    figures: (added: number, removed: number) =>
      [
        added > 0 ? `+${count.format(added)}` : '',
        removed > 0 ? `−${count.format(removed)}` : '',
        'characters',
      ]
        .filter((part) => part !== '')
        .join(' '),
    noChange: 'No change',
    reasons: {
      opened: 'As opened here',
      meanwhile: 'Kept here',
      closed: 'As left here',
      restored: 'Before restoring',
    },
    asking: (host: string) => `Asking ${host} for older versions…`,
    offline: (host: string) =>
      `Offline. Versions that only ${host} has can be seen when it answers; below is what this computer has.`,
    offlineEmpty: (host: string) =>
      `Offline, and no version is on this computer yet. Those of ${host} can be seen when it answers.`,
    failed: (host: string) => `Older versions could not be had from ${host}.`,
    empty: 'No older version yet. The first version is kept when there is more to compare.',
    thinning: 'The older versions are, the fewer of them are kept.',
    back: 'Back to now',
    differenceOf: (moment: string) => `${moment}, compared with now`,
    olderText: 'Older text',
    nowText: 'Text now',
    bothTexts: 'Text now, with what was removed',
    loading: (percent: number) => `Loading this version… ${percent} %`,
    notHereNow: (host: string) => `This version is not on this computer, and ${host} does not answer now.`,
    unreadable: 'This version could not be read.',
    changes: (n: number, at: number | undefined) =>
      n === 0
        ? 'Same text as now'
        : at === undefined
          ? plural(n, 'change', 'changes')
          : `${count.format(at + 1)} of ${count.format(n)}`,
    previous: 'Previous change',
    next: 'Next change',
    copyAll: 'Copy this version',
    copySelection: 'Copy selection',
    restore: 'Restore',
    restored: (moment: string) => `Restored: ${moment}. Undo takes it back.`,
    restoredBy: (name: string | undefined, moment: string) =>
      `${name ?? 'Someone'} restored an older version: ${moment}.`,
    beforeIsKept: 'The text before it is in the history.',
    show: 'Show history',
    changedSince: 'The text has changed since this comparison. Restoring keeps what is new.',
    compareAgain: 'Compare again',
    approximate: 'This is a long text with many changes: some are shown larger than they are.',
  },

  outline: {
    label: 'Outline',
    empty: 'No headings yet. A line that begins with # is one.',
  },

  preview: {
    label: 'Preview',
    width: 'Width of the preview',
    percent: (n: number) => `${n} %`,
    back: 'Back to the text',
    frame: {
      preview: 'Preview',
      task: 'Task',
      picture: 'Picture',
      empty: 'What you write is shown here as it will be read.',
    },
  },

  link: {
    heading: 'Open this address?',
    mail: 'Write to this address?',
    open: 'Open',
    cancel: 'Cancel',
  },

  authors: {
    show: 'Who wrote what',
    hide: 'Hide who wrote what',
    legend: 'Who wrote what',
    unknown: 'Unknown',
    nobody: 'Nobody has written yet',
    more: (n: number) => `${count.format(n)} more`,
    fewer: 'Fewer',
    writtenBy: (name: string | undefined) => `Written by ${name ?? 'someone unknown'}`,
  },

  comments: {
    heading: 'Comments',
    button: (open: number) => (open === 0 ? 'Comments' : `Comments: ${count.format(open)} open`),
    comment: 'Comment',
    marker: (n: number) => plural(n, 'comment', 'comments'),
    none: 'No comments yet',
    noneHint: (keys: string) => `Select some text and press Comment, or ${keys}.`,
    noneToRead: 'Whoever may edit this text can comment on it.',
    noneOpen: 'No open comments',
    draft: 'New comment',
    write: 'Write a comment',
    send: 'Comment',
    sendKeys: (keys: string) => `${keys} sends`,
    cancel: 'Cancel',
    tooLong: (n: number) =>
      `This is ${plural(n, 'letter', 'letters')} too long. A comment has at most 4,000.`,
    full: 'This document has 500 comments, and no more are shown. Delete some of your own before you add another.',
    omitted: (n: number) => `${plural(n, 'older comment is', 'older comments are')} not shown.`,
    goTo: 'Go to this text',
    gone: 'The text was deleted',
    reply: 'Reply',
    replyTo: (name: string) => `Reply to ${name}`,
    resolve: 'Resolve',
    resolvedBy: (name: string, when: string) => `Resolved by ${name} · ${when}`,
    reopen: 'Reopen',
    resolved: (n: number) => `Resolved (${count.format(n)})`,
    remove: 'Delete',
    removeYours: 'Delete your comment',
    removeQuestion: 'Delete this comment?',
    removeKeep: 'Keep',
    removed: 'This comment was deleted.',
    showAll: 'Show all of it',
    thread: (name: string, quote: string) =>
      quote === '' ? `Comment of ${name}` : `Comment of ${name} on “${quote}”`,
    unknown: 'Unknown',
  },

  people: {
    label: (n: number) => `${plural(n, 'person', 'people')} here`,
    heading: 'People here',
    more: (n: number) => `+${n}`,
    self: (name: string) => `${name} (you)`,
    yourself: 'Your name and colour',
    idle: 'idle',
    idleName: (name: string) => `${name} (idle)`,
    followWord: 'Follow',
    follow: (name: string) => `Follow ${name}`,
    following: (name: string) => `Following ${name}`,
    followHint: 'Press a name to see what that person sees.',
    stop: 'Stop',
    stopKey: 'Esc',
    hasLeft: (name: string) => `${name} is not here any more. You are not following anyone now.`,
    lostSight: (name: string) => `The connection is gone. You are not following ${name} now.`,
    nobodyElse: 'Nobody else is here now.',
  },

  share: {
    heading: 'Share',
    canEdit: 'Can edit',
    canView: 'Can only read',
    editMeaning: 'Anyone with it can read and change this text. This cannot be taken back.',
    viewMeaning: 'Anyone with it can read this text, now and later, and change nothing.',
    id: 'Document ID',
    app: 'Link for the app',
    web: 'Link for a browser',
    copy: 'Copy',
    copyOf: (what: string) => `Copy: ${what}`,
    copied: 'Copied',
    copyFailed: 'The browser does not allow copying. Select the text and copy it yourself.',
    onlyHere: 'Only people on this computer can open this.',
    letNetwork: 'Let this network join',
    networkWorking: 'Opening to this network…',
    networkOpen: (host: string) => `People on this network can open this at ${host}.`,
    noNetwork: 'This computer is not on a network that others could join from.',
    networkFailed: (why: string) => `This network could not be let in: ${why}`,
  },

  find: {
    panel: 'Find and replace',
    find: 'Find',
    replace: 'Replace with',
    next: 'Next match',
    previous: 'Previous match',
    matchCase: 'Match case',
    wholeWord: 'Whole word',
    expression: 'Regular expression',
    searching: 'Searching…',
    wrong: (reason: string) => `This is not a regular expression: ${reason}.`,
    slow: 'This expression takes too long in this text. Try a simpler one.',
    replaceOne: 'Replace',
    replaceAll: 'Replace all',
    none: 'No matches',
    replaced: (n: number) => `Replaced ${plural(n, 'match', 'matches')}`,
    matches: (n: number, more: boolean) => (more ? `${count.format(n)}+` : plural(n, 'match', 'matches')),
    position: (at: number, n: number, more: boolean) =>
      `${count.format(at)} of ${count.format(n)}${more ? '+' : ''}`,
  },

  trouble: {
    noSuchDocument: (host: string) => `No such document on ${host}`,
    noSuchDocumentHint:
      'The ID is well-formed, but this relay does not have its document. Ask for the link, which names the relay too, or try another relay.',
    anotherRelay: 'Try another relay',
    tryRelay: 'Try',
    token: 'Access token',
    tokenHint: 'The people who run this relay can give you one.',
    tokenSend: 'Connect',
    journal: (why: string) =>
      `This computer could not write the newest changes to its disk (${why}). It goes on trying. Do not close this window before they are saved.`,
    diverged:
      'Two copies of this document differ although both are complete. This must not happen. Export your text now, so that nothing of yours is lost.',
    exportText: 'Export my text',
    unopened: (n: number) =>
      `${plural(n, 'change', 'changes')} of others could not be read and ${n === 1 ? 'is' : 'are'} missing from this text.`,
    incomplete:
      'Part of this text waits for a change that the relay has lost. It appears when whoever wrote it opens the document again.',
    damaged: 'A change of another program has damaged the copy in this window.',
    damagedHint: 'Try again to build it anew from what is on this computer.',
    retry: 'Try again',
    detail: (text: string) => `The relay says: ${text}`,
  },

  /** What a person can do after a refusal, beside the sentence of the refusal itself. */
  advice: {
    malformed: 'Update Inkroom and open the document again.',
    'too-large': 'Export the text, and put it into a new document in parts.',
    'wrong-version': 'Update Inkroom, or ask the people who run the relay to update it.',
    'wrong-host': 'Open the document by a link that names the relay as it is reached from here.',
    'bad-proof': 'Ask for the document ID again.',
    'token-required': 'Enter the access token to connect.',
    'unknown-document':
      'You see the copy on this computer. Whoever has the edit ID can bring the document back by opening it there.',
    deleted: 'You can export the copy on this computer.',
    'view-only': 'Ask for an edit ID to change the text.',
    unsupported: 'Ask the people who run the relay to update it.',
  } satisfies Partial<Record<RefusalCode, string>> as Partial<Record<string, string>>,
  adviceElse: 'Inkroom goes on trying.',
  adviceStop: 'Update Inkroom and open the document again.',
} as const;
