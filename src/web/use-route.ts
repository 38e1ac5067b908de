// The place that the address names. Links within the pages change it without leaving them.
import { useEffect, useState } from 'preact/hooks';
import { parseRoute, type Route } from './route.ts';

const here = (): Route => parseRoute(location.pathname + location.search);

/** @returns the route, and how to go elsewhere. */
export function useRoute(): readonly [Route, (path: string) => void] {
  const [route, setRoute] = useState(here());
  const go = (path: string): void => {
    history.pushState(null, '', path);
    setRoute(here());
    document.getElementById('main')?.focus({ preventScroll: true });
    if (!path.includes('?')) scrollTo(0, 0);
  };
  useEffect(() => {
    const onClick = (event: MouseEvent): void => {
      const path = ownPath(event);
      if (path === null) return;
      event.preventDefault();
      go(path);
    };
    const onPop = (): void => setRoute(here());
    document.addEventListener('click', onClick);
    addEventListener('popstate', onPop);
    return () => {
      document.removeEventListener('click', onClick);
      removeEventListener('popstate', onPop);
    };
  }, []);
  return [route, go];
}

/** @returns null where the browser shall follow the link itself. */
function ownPath(event: MouseEvent): string | null {
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  const path = link?.getAttribute('href') ?? '';
  return isPlain && path.startsWith('/') ? path : null;
}
