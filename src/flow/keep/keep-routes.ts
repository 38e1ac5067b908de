// What the daemon does for commands that take recordings away or hold them: it is the one that writes the store.
import type { ControlCall, Routes } from '../../daemon/control.ts';
import { Fault } from '../../model/fault.ts';
import { arrayAt, parseJson, stringAt } from '../../model/json.ts';
import { answer } from '../daemon/answer.ts';
import { readRemoval } from './ask-removal.ts';
import { applyHold, readHoldChange } from './hold-session.ts';
import { removeRecordings } from './remove-recordings.ts';
import type { LocalStore } from '../../store/upkeep-store.ts';

/** @param home state directory. */
export const keepRoutes = (store: LocalStore, home: string): Routes => ({
  'POST /remove': (call) =>
    answer(async () => {
      const json = jsonOf(call);
      const removals = arrayAt(json, 'removals').map(readRemoval);
      const wanted = removals.filter((removal) => removal !== null);
      if (wanted.length < removals.length) throw new Fault('USAGE', 'no removal of a command');
      const work = { store, home, by: stringAt(json, 'by') ?? '' };
      return { exchanges: await removeRecordings(work, wanted) };
    }),
  'POST /hold': (call) =>
    answer(async () => {
      await applyHold(store, readHoldChange(jsonOf(call)));
      return {};
    }),
});

const jsonOf = ({ body }: ControlCall): unknown => parseJson(body.toString('utf8'));
