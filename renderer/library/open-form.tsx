import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { bridge } from '../bridge.ts';
import { strings } from '../strings.ts';
import { chooseFiles, fileProblem } from './file-drop.tsx';
import { openNew, openPasted } from './opening.ts';

/** The field for a document ID or link, Open and New. What could not be opened stays in the field beside the reason. */
export function OpenForm({ pasted }: { readonly pasted: string | undefined }) {
  const [text, setText] = useState(pasted ?? '');
  const [problem, setProblem] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const problemId = useId();

  const open = async (entered: string) => {
    setProblem('');
    const reason = await openPasted(entered).catch(() => strings.library.failed);
    setProblem(reason ?? '');
    if (reason === undefined) setText('');
    else field.current?.focus();
  };
  const openAtOnce = useRef(open);
  openAtOnce.current = open;

  useEffect(() => {
    if (pasted !== undefined) void openAtOnce.current(pasted);
    return bridge.on('link:opened', ({ link }) => {
      if (link === '') {
        field.current?.focus();
        return;
      }
      setText(link);
      void openAtOnce.current(link);
    });
  }, [pasted]);

  const submit = (event: Event) => {
    event.preventDefault();
    if (text.trim() === '') field.current?.focus();
    else void open(text);
  };

  return (
    <form class="open-form" onSubmit={submit}>
      <input
        ref={field}
        value={text}
        placeholder={strings.library.paste}
        aria-label={strings.library.paste}
        aria-invalid={problem !== ''}
        aria-describedby={problemId}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setProblem('');
        }}
      />
      <button type="submit">{strings.library.open}</button>
      <button type="button" onClick={() => void chooseFiles()}>
        {strings.file.open}
      </button>
      <button type="button" class="primary" onClick={() => void openNew()}>
        {strings.library.create}
      </button>
      <p id={problemId} class="error" role="alert">
        {problem || fileProblem.value}
      </p>
    </form>
  );
}
