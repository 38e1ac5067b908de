// Joins the daemon with the hooks: what runs in a hook's own process without a daemon runs here with the open store.
import type { HookHandler } from '../flow/daemon/serve.ts';
import { answerHookRequest } from '../hooks/answer-request.ts';

export const handleHook: HookHandler = async (
  { body, isCallerThere },
  { store, home: ours, tellBlock, goOnWith },
) => {
  const { answer, ended } = answerHookRequest(body, {
    openRecords: (home) =>
      Promise.resolve(
        home === ours
          ? { kind: 'open', store, isWritable: true }
          : { kind: 'unreadable', why: `the daemon serves ${ours}` },
      ),
    isWanted: isCallerThere,
    canWait: false,
    tellBlock,
  });
  goOnWith(ended);
  return { status: 200, body: await answer };
};
