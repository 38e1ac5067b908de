// Search in everything that was recorded, in the language of `aitrail search`.
import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { SearchPage } from '../model/pages.ts';
import type { SearchHit, SearchSnippet } from '../model/search.ts';
import { AgentName } from './agent-mark.tsx';
import { useKeys } from './keys.ts';
import { Empty, Show } from './notes.tsx';
import { sessionPath } from './route.ts';
import { whereOf } from './session-head.tsx';
import { marked } from './shown-text.tsx';
import { useAnswer } from './use-answer.ts';
import { counted, minuteOf } from './words.ts';

interface SearchProps {
  readonly query: string;
  readonly go: (path: string) => void;
}

export function SearchView({ query, go }: SearchProps): VNode {
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(query);
  useEffect(() => setTyped(query), [query]);
  useEffect(() => input.current?.focus(), []);
  useKeys({ '/': () => input.current?.focus() });
  return (
    <div class="search">
      <h1 class="unseen">Search</h1>
      <form
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          go(`/search?q=${encodeURIComponent(typed.trim())}`);
        }}
      >
        <label>
          <span class="unseen">search in recordings</span>
          <input
            ref={input}
            type="search"
            value={typed}
            placeholder="words, “words in a row”, agent:codex, path:src/**, since:7d"
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
        <button type="submit">search</button>
      </form>
      {query === '' ? <Language /> : <Hits key={query} query={query} />}
    </div>
  );
}

const EXAMPLES = [
  ['rate limit', 'both words, anywhere in one exchange'],
  ['"rate limit"', 'these words in a row'],
  ['retr*', 'words that begin like this'],
  ['-test', 'without this word'],
  ['agent:claude-code model:gpt-5 user:ada', 'who, with what'],
  ['repo:shop path:src/**/*.ts', 'where'],
  ['since:7d until:2026-11-01', 'when'],
  ['masked:github-pat', 'a secret of this kind was masked'],
] as const;

const Language = (): VNode => (
  <dl class="language">
    {EXAMPLES.map(([query, what]) => (
      <div>
        <dt>
          <a href={`/search?q=${encodeURIComponent(query)}`}>
            <code>{query}</code>
          </a>
        </dt>
        <dd>{what}</dd>
      </div>
    ))}
  </dl>
);

function Hits({ query }: { readonly query: string }): VNode {
  const { answered } = useAnswer<SearchPage>('search', { query });
  return (
    <Show answered={answered}>
      {({ hits, isPartial }) => (
        <>
          <p class="count" role="status">
            {counted(hits.length, 'exchange')}, newest first
            {isPartial ? '; older recordings are not indexed yet' : ''}
          </p>
          {hits.length === 0 ? (
            <Empty>
              <p>Nothing recorded fits.</p>
            </Empty>
          ) : null}
          <ol class="hits">
            {hits.map((hit) => (
              <Hit key={hit.exchange.id} hit={hit} />
            ))}
          </ol>
        </>
      )}
    </Show>
  );
}

const KINDS = {
  prompt: 'asked',
  result: 'a tool said',
  answer: 'answered',
  thinking: 'thought',
  call: 'called',
} as const satisfies Readonly<Record<SearchSnippet['kind'], string>>;

const Hit = ({ hit: { exchange, session, snippet } }: { readonly hit: SearchHit }): VNode => (
  <li>
    <a href={sessionPath(session.id, exchange.id)}>
      <span class="hit-head">
        <AgentName agent={session.agent} />
        <span>{marked(whereOf(session))}</span>
        <span>{marked(session.principal.name)}</span>
        <time dateTime={new Date(exchange.startedAtMs).toISOString()}>
          {minuteOf(exchange.startedAtMs)}
        </time>
        <code>{exchange.id}</code>
      </span>
      {snippet === null ? null : (
        <span class="snippet" dir="auto">
          <span class="kind">{KINDS[snippet.kind]}: </span>
          {snippet.pieces.map(({ text, isHit }) =>
            isHit ? <mark>{marked(text)}</mark> : marked(text),
          )}
        </span>
      )}
    </a>
  </li>
);
