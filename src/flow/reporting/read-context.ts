// The context of an exchange as a laptop saw it, but for who it was: that the token says.
import type { Identified } from '../../identity/identify.ts';
import { arrayAt, isObject, type JsonObject, objectAt, stringAt } from '../../model/json.ts';
import type { AddedText, ExchangeContext, Session, Trigger } from '../../model/session.ts';
import { readPlace } from './read-reported.ts';

/** @returns null where there is none. */
export function readContext(
  { principal, identity }: Identified,
  session: Session,
  told: unknown,
): ExchangeContext | null {
  if (!isObject(told)) return null;
  const { claims: _claims, ...who } = identity;
  const context = {
    principal,
    identity: who,
    agent: session.agent,
    agentVersion: stringAt(told, 'agentVersion'),
    place: readPlace(told['place']),
    isDirty: typeof told['isDirty'] === 'boolean' ? told['isDirty'] : null,
    trigger: readTrigger(told),
  };
  const added = readAdded(told);
  return added === null ? context : { ...context, added };
}

function readTrigger(told: JsonObject): Trigger | null {
  const digest = stringAt(told['trigger'], 'digest');
  return digest === null ? null : { text: stringAt(told['trigger'], 'text'), digest };
}

function readAdded(told: JsonObject): AddedText | null {
  const added = objectAt(told, 'added');
  const text = stringAt(added, 'text');
  const path = arrayAt(added, 'path').filter(isStep);
  return text === null ? null : { text, path };
}

const isStep = (step: unknown): step is string | number =>
  typeof step === 'string' || typeof step === 'number';
