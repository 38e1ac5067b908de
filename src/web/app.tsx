// The frame around every page: where one can go, where one is, light or dark, and what the keys do.
import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { AboutPage, FaultPage } from '../model/pages.ts';
import { ApprovalsView } from './approvals-page.tsx';
import { FilesView } from './files-page.tsx';
import { Help } from './help.tsx';
import { useKeys } from './keys.ts';
import { LogView } from './log-page.tsx';
import { FaultNote } from './notes.tsx';
import { ReplayView } from './replay-page.tsx';
import type { Route } from './route.ts';
import { SearchView } from './search-page.tsx';
import { SessionsView } from './sessions-page.tsx';
import { marked } from './shown-text.tsx';
import { StatsView } from './stats-page.tsx';
import { nextTheme, readTheme, type Theme } from './theme.ts';
import { useAnswer } from './use-answer.ts';
import { useRoute } from './use-route.ts';

const PLACES = [
  { kind: 'sessions', path: '/', name: 'Sessions' },
  { kind: 'search', path: '/search', name: 'Search' },
  { kind: 'files', path: '/files', name: 'Files' },
  { kind: 'approvals', path: '/approvals', name: 'Approvals' },
  { kind: 'stats', path: '/stats', name: 'Statistics' },
  { kind: 'log', path: '/log', name: 'Log' },
] as const satisfies readonly {
  readonly kind: Route['kind'];
  readonly path: string;
  readonly name: string;
}[];

export function App({ fault }: { readonly fault: FaultPage | null }): VNode {
  const [route, go] = useRoute();
  const [isHelped, setHelped] = useState(false);
  useKeys({ '?': () => setHelped((is) => !is) });
  useEffect(() => {
    const name = PLACES.find(({ kind }) => kind === route.kind)?.name ?? 'Replay';
    document.title = `${name} · aitrail`;
  }, [route.kind]);
  return (
    <>
      <a class="skip" href="#main">
        to the content
      </a>
      <Bar route={route} onHelp={() => setHelped(true)} />
      <main id="main" tabIndex={-1}>
        {fault === null ? <Place route={route} go={go} /> : <FaultNote fault={fault} />}
      </main>
      {isHelped ? <Help onClose={() => setHelped(false)} /> : null}
    </>
  );
}

function Bar({ route, onHelp }: { readonly route: Route; readonly onHelp: () => void }): VNode {
  const { answered } = useAnswer<AboutPage>('about');
  const [theme, setTheme] = useState<Theme>(readTheme());
  const about = answered?.kind === 'answer' ? answered.answer : null;
  const here = route.kind === 'session' ? 'sessions' : route.kind;
  return (
    <header class="bar">
      <a class="brand" href="/">
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <path d="M7 24 14.5 8h3L25 24" />
          <circle cx="16" cy="19.5" r="2.4" />
        </svg>
        aitrail
      </a>
      {about?.repository == null ? null : (
        <span class="repository" title={about.repository.worktree ?? ''}>
          {marked(about.repository.name)}
        </span>
      )}
      <nav aria-label="pages">
        {PLACES.map(({ kind, path, name }) => (
          <a href={path} aria-current={kind === here ? 'page' : undefined}>
            {name}
          </a>
        ))}
      </nav>
      <span class="tools">
        <button
          type="button"
          onClick={() => setTheme(nextTheme())}
          aria-label={`colours: ${theme}; change`}
        >
          {theme}
        </button>
        <button type="button" onClick={onHelp} aria-label="keys">
          ?
        </button>
      </span>
    </header>
  );
}

interface PlaceProps {
  readonly route: Route;
  readonly go: (path: string) => void;
}

function Place({ route, go }: PlaceProps): VNode {
  switch (route.kind) {
    case 'sessions':
      return <SessionsView />;
    case 'search':
      return <SearchView query={route.query} go={go} />;
    case 'session':
      return <ReplayView key={route.id} id={route.id} at={route.at} />;
    case 'files':
      return <FilesView path={route.path} line={route.line} />;
    case 'approvals':
      return <ApprovalsView id={route.id} />;
    case 'stats':
      return <StatsView />;
    case 'log':
      return <LogView />;
  }
}
