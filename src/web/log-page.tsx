// The state of the recorder and of its log, and what was refused, denied or stopped.
import type { VNode } from 'preact';
import type { EventRecord } from '../model/event.ts';
import type { StatusPage } from '../model/pages.ts';
import { Show } from './notes.tsx';
import { Fact } from './fact.tsx';
import { marked } from './shown-text.tsx';
import { useAnswer } from './use-answer.ts';
import { amountOf, counted, minuteOf, spanOf } from './words.ts';

export function LogView(): VNode {
  const { answered, again } = useAnswer<StatusPage>('status');
  return (
    <div class="log">
      <div class="page-head">
        <h1>Log</h1>
        <button type="button" onClick={again}>
          look again
        </button>
      </div>
      <Show answered={answered}>{(status) => <Status status={status} />}</Show>
    </div>
  );
}

function Status({ status }: { readonly status: StatusPage }): VNode {
  const { daemon, checkpoint } = status;
  return (
    <>
      <dl class="status">
        <Fact name="recorder">
          {daemon.isRunning
            ? `runs for ${spanOf(daemon.uptimeSeconds * 1000)}`
            : 'does not run; it starts by itself'}
          {daemon.version === null ? '' : `, version ${daemon.version}`}
        </Fact>
        {daemon.url === null ? null : (
          <Fact name="address">
            <code>{daemon.url}</code>
          </Fact>
        )}
        <Fact name="kept in">
          <code>{marked(status.store)}</code>
        </Fact>
        <Fact name="recorded">
          {counted(status.sessions, 'session')}, {counted(status.exchanges, 'exchange')}
        </Fact>
        <Keeping status={status} />
        <Fact name="log">
          {amountOf(status.logSize)} entries; check it: <code>aitrail log verify</code>
        </Fact>
      </dl>
      <h2>Signed checkpoint</h2>
      {checkpoint === null ? (
        <p class="note">none yet</p>
      ) : (
        <pre class="checkpoint">{marked(checkpoint)}</pre>
      )}
      <h2>Refused, ruled, decided, looked at</h2>
      <Events events={status.events} />
    </>
  );
}

/** What is held, until when, and what went. */
function Keeping({ status }: { readonly status: StatusPage }): VNode {
  return (
    <>
      <Fact name="kept for">
        {counted(status.retentionDays, 'day')}, by <code>retention:</code>; what goes next:{' '}
        <code>aitrail prune --dry-run</code>
      </Fact>
      <Fact name="taken away">
        {amountOf(status.pruned)} pruned, {amountOf(status.erased)} erased
      </Fact>
      {status.holds.length === 0 ? null : (
        <Fact name="held">
          <ul>
            {status.holds.map(({ session, reason, by, atMs }) => (
              <li key={session}>
                <a href={`/session/${session}`}>{session}</a>: {marked(reason)}, by {marked(by)},{' '}
                {minuteOf(atMs)}
              </li>
            ))}
          </ul>
        </Fact>
      )}
    </>
  );
}

function Events({ events }: { readonly events: readonly EventRecord[] }): VNode {
  if (events.length === 0) return <p class="note">nothing</p>;
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label="events">
      <table class="events-table">
        <thead>
          <tr>
            <th scope="col">when</th>
            <th scope="col">what</th>
            <th scope="col">facts</th>
            <th scope="col">log</th>
          </tr>
        </thead>
        <tbody>
          {events.map(({ id, atMs, kind, detail, logIndex }) => (
            <tr key={id}>
              <td>{minuteOf(atMs)}</td>
              <td>
                <span class="badge">{kind}</span>
              </td>
              <td>{marked(factsOf(detail))}</td>
              <td>{amountOf(logIndex)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const factsOf = (detail: EventRecord['detail']): string =>
  Object.entries(detail)
    .map(([name, value]) => [name, Array.isArray(value) ? value.join(' ') : String(value ?? '')])
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
