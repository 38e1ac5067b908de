// Things worth a record that are no exchange: somebody was turned away, a session was stopped, an agent tried what is for
// people.

export type EventKind =
  | 'denied' // the proxy turned a request away; nothing went upstream
  | 'refused' // an agent typed a verb that is for people
  | 'ran' // an agent typed a verb that is allowed and worth knowing
  | 'ruled' // a rule blocked, held, let through with a warning, or would have
  | 'decided' // somebody answered a request for approval
  | 'used' // an approval of a gateway let something pass, the only time that it does
  | 'gap' // something passed unrecorded: what, and why
  | 'changed' // somebody changed keys, or a gateway works by another policy: `what`
  | 'login' // somebody got a token of the gateway’s own
  | 'logout' // somebody’s token was ended by themselves
  | 'stopped' // somebody ended a session and its token
  | 'pruned' // recordings went because of their age
  | 'erased' // recordings went because somebody asked for it
  | 'held' // a session must stay until it is released
  | 'released'
  | 'read' // somebody looked at what others recorded
  | 'witnessed' // the checkpoint of somebody's log was cosigned
  | 'forked' // somebody's log is not what it was: nothing of it is taken
  | 'forged' // the store has an approval that no gateway has signed: it does not count
  | 'reported' // a laptop's log has an event: `what` is its kind there
  | 'restored'; // the store was put back from a backup

/** Names to values, all short. Never what a request carried. */
export type EventDetail = Readonly<Record<string, string | number | null | readonly string[]>>;

export interface NewEvent {
  /** Where it is known before: the event is added once, however often it comes. */
  readonly id?: string;
  readonly kind: EventKind;
  readonly atMs: number;
  readonly detail: EventDetail;
}

export interface EventRecord extends Omit<NewEvent, 'id'> {
  readonly id: string;
  /** Index of its leaf in the log. */
  readonly logIndex: number;
}

/** With what its leaf is made of: whoever is told both can check it. */
export interface LoggedEvent extends EventRecord {
  /** Hex. */
  readonly salt: string;
}

/** What it was where it happened: a laptop's event has that beside it. */
export const happenedAs = ({ kind, detail }: NewEvent): unknown =>
  kind === 'reported' ? detail['what'] : kind;

export interface EventFilter {
  readonly sinceMs?: number;
  readonly untilMs?: number;
  readonly limit: number;
}
