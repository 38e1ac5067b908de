// What the keys do.
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

const KEYS = [
  ['j', 'next step, or next lines of a file'],
  ['k', 'the one before'],
  ['space', 'play a conversation, or pause it'],
  ['g', 'first step'],
  ['G', 'last step'],
  ['/', 'find'],
  ['Esc', 'close'],
  ['?', 'this list'],
] as const;

export function Help({ onClose }: { readonly onClose: () => void }): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog class="help" ref={dialog} onClose={onClose} aria-labelledby="help-title">
      <h2 id="help-title">Keys</h2>
      <dl>
        {KEYS.map(([key, what]) => (
          <div>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <button type="button" onClick={() => dialog.current?.close()}>
        close
      </button>
    </dialog>
  );
}
