// Short words of the pages themselves: still waiting, nothing here, went wrong.
import type { ComponentChildren, VNode } from 'preact';
import type { FaultPage } from '../model/pages.ts';
import type { Answered } from './ask.ts';

export const Waiting = (): VNode => (
  <p class="waiting" role="status">
    reading…
  </p>
);

export const FaultNote = ({ fault }: { readonly fault: FaultPage }): VNode => (
  <div class="fault" role="alert">
    <p>
      <strong>{fault.message}</strong> <code>{fault.code}</code>
    </p>
    {fault.fix === '' ? null : <p>{fault.fix}</p>}
  </div>
);

export const Empty = ({ children }: { readonly children: ComponentChildren }): VNode => (
  <div class="empty">{children}</div>
);

interface ShowProps<T> {
  readonly answered: Answered<T> | null;
  readonly children: (answer: T) => VNode;
}

/** An answer, or why there is none yet. */
export function Show<T>({ answered, children }: ShowProps<T>): VNode {
  if (answered === null) return <Waiting />;
  return answered.kind === 'fault' ? (
    <FaultNote fault={answered.fault} />
  ) : (
    children(answered.answer)
  );
}
