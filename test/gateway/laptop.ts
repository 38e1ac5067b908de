// What a test of reporting looks at: what a store shows of a conversation, and a way to the gateway that can fail.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { readRulings } from '../../src/flow/pages/read-rulings.ts';
import { parseSearch } from '../../src/model/search-query.ts';
import type { Store } from '../../src/store/store.ts';

/** All that people see of recordings, without the ids that each store gives of its own. */
export async function showAll(store: Store, commit: string): Promise<unknown> {
  const sessions = await store.listSessions({});
  const shown = await Promise.all(
    sessions
      .toSorted((a, b) => a.startedAtMs - b.startedAtMs)
      .map(async (session) => {
        const rulings = await readRulings(store, session);
        const exchanges = await store.listExchanges(session.id);
        const { agent, agentVersion, place, exchanges: count, models } = session;
        return {
          session: { agent, agentVersion, place, count, models },
          exchanges: await Promise.all(
            exchanges.map(({ id }) =>
              showExchange(store, id).then((one) => ({ ...one, rulings: rulings(id) })),
            ),
          ),
        };
      }),
  );
  const found = await store.searchExchanges(parseSearch('customer export'), 10);
  const kept = await store.findCommit(commit);
  return {
    shown,
    found: found.map(({ id }) => id),
    commit: kept === null ? null : { repository: kept.repository, exchanges: kept.exchanges },
  };
}

async function showExchange(store: Store, id: string) {
  const exchange = await store.findExchange(id);
  const context = await store.readContext(id);
  const emissions = await store.listEmissions(id);
  return {
    exchange: { ...exchange, session: '', logIndex: 0 },
    request: Buffer.from(await store.readRequest(id)).toString(),
    reply: Buffer.from(await store.readReply(id)).toString(),
    headers: await store.readHeaders(id),
    events: await store.readEvents(id),
    seen: { place: context?.place, trigger: context?.trigger, isDirty: context?.isDirty },
    emissions: emissions.map(({ callId, tool, path, edit, outcome, outcomeSource }) => ({
      callId,
      tool,
      path,
      edit,
      outcome,
      outcomeSource,
    })),
  };
}

/** Answers in place of the gateway; null: it is asked. */
export type Instead = (
  path: string,
) => { readonly status: number; readonly body: string } | 'silence' | null;

export interface Front {
  readonly url: string;
  readonly asked: string[];
  /** From now on. @param rewrite the body on its way. */
  readonly set: (instead: Instead, rewrite?: (body: string) => string) => void;
  readonly close: () => Promise<void>;
}

/** What stands between a laptop and its gateway. @param gateway its URL at that time. */
export async function startFront(gateway: () => string): Promise<Front> {
  const asked: string[] = [];
  const way: { instead: Instead; rewrite: (body: string) => string } = {
    instead: () => null,
    rewrite: (body) => body,
  };
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
    const path = incoming.url ?? '';
    asked.push(path);
    const instead = way.instead(path);
    if (instead === 'silence') return;
    if (instead !== null) {
      response.writeHead(instead.status).end(instead.body);
      return;
    }
    const reply = await fetch(`${gateway()}${path}`, {
      method: 'POST',
      headers: { authorization: incoming.headers.authorization ?? '' },
      body: way.rewrite(Buffer.concat(chunks).toString()),
    });
    response.writeHead(reply.status).end(await reply.text());
  };
  const server = createServer((incoming, response) => {
    answer(incoming, response).catch(() => response.destroy()); // nobody is there
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${String(typeof address === 'object' ? address?.port : 0)}`,
    asked,
    set: (instead, rewrite = (body) => body) => Object.assign(way, { instead, rewrite }),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
