import { Icon } from '../icon.tsx';
import { strings } from '../strings.ts';
import { copyProblem } from './text-export.ts';

/** Why the last copy was not saved, until it is closed or another one is saved. */
export function CopyNotice() {
  const reason = copyProblem.value;
  if (reason === '') return null;
  return (
    <div class="notice warn" role="alert">
      <Icon name="stop" />
      <p>{strings.file.notSaved(reason)}</p>
      <button
        type="button"
        onClick={() => {
          copyProblem.value = '';
        }}
      >
        {strings.close}
      </button>
    </div>
  );
}
