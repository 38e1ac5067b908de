// A conversation as it comes in, piece by piece, and what was to be approved in it.
import { useEffect, useMemo, useState } from 'preact/hooks';
import type {
  ApprovalsPage,
  ApprovalView,
  FaultPage,
  ReplayPage,
  Step,
  TurnView,
} from '../model/pages.ts';
import { ask } from './ask.ts';
import { byExchange } from './by-exchange.ts';

const PIECE = 25;

interface Told {
  readonly page: ReplayPage | null;
  readonly turns: readonly TurnView[];
  readonly fault: FaultPage | null;
}

/** Asks for piece after piece until all is there. */
export function useConversation(id: string): Told {
  const [told, setTold] = useState<Told>({ page: null, turns: [], fault: null });
  useEffect(() => {
    let isWanted = true;
    const load = async (first: number, before: readonly TurnView[]): Promise<void> => {
      const answered = await ask<ReplayPage>('replay', { word: id, first, count: PIECE });
      if (!isWanted) return;
      if (answered.kind === 'fault') return setTold((now) => ({ ...now, fault: answered.fault }));
      const page = answered.answer;
      const turns = [...before, ...page.turns];
      setTold({ page, turns, fault: null });
      if (page.turns.length > 0 && turns.length < page.exchanges.length)
        await load(turns.length, turns);
    };
    setTold({ page: null, turns: [], fault: null });
    void load(0, []);
    return () => {
      isWanted = false;
    };
  }, [id]);
  return told;
}

/** Requests for approval, by exchange; none outside of a repository. */
export function useApprovals(): ReadonlyMap<string, readonly ApprovalView[]> {
  const [approvals, setApprovals] = useState<readonly ApprovalView[]>([]);
  useEffect(() => {
    const read = async (): Promise<void> => {
      const answered = await ask<ApprovalsPage>('approvals');
      if (answered.kind === 'answer') setApprovals(answered.answer.approvals);
    };
    void read();
  }, []);
  return useMemo(() => byExchange(approvals), [approvals]);
}

/** Brings one step of an exchange with all of its text. */
export const loadStep =
  (exchange: string) =>
  async (at: number): Promise<Step | null> => {
    const answered = await ask<Step>('step', { exchange, at });
    return answered.kind === 'answer' ? answered.answer : null;
  };
