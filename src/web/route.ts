// Places within the pages, and their addresses.

export type Route =
  | { readonly kind: 'sessions' }
  | { readonly kind: 'search'; readonly query: string }
  | { readonly kind: 'session'; readonly id: string; readonly at: string | null }
  | { readonly kind: 'files'; readonly path: string | null; readonly line: number | null }
  | { readonly kind: 'approvals'; readonly id: string | null }
  | { readonly kind: 'stats' }
  | { readonly kind: 'log' };

/** @param address path and query. Unknown ones lead to the list of sessions. */
export function parseRoute(address: string): Route {
  const { pathname, searchParams } = new URL(address, 'http://page');
  const [place = '', ...rest] = pathname.split('/').filter((step) => step !== '');
  const word = rest.map(decode).join('/');
  const given = word === '' ? null : word;
  switch (place) {
    case 'search':
      return { kind: 'search', query: searchParams.get('q') ?? '' };
    case 'stats':
    case 'log':
      return { kind: place };
    case 'session':
      return { kind: 'session', id: word, at: searchParams.get('at') };
    case 'files':
      return { kind: 'files', path: given, line: countOf(searchParams.get('line')) };
    case 'approvals':
      return { kind: 'approvals', id: given };
    default:
      return { kind: 'sessions' };
  }
}

const countOf = (text: string | null): number | null =>
  text !== null && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null;

function decode(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step; // a stray percent sign
  }
}

export const filePath = (path: string, line: number | null = null): string =>
  `/files/${path.split('/').map(encodeURIComponent).join('/')}${line === null ? '' : `?line=${String(line)}`}`;

export const sessionPath = (id: string, exchange: string | null = null): string =>
  `/session/${id}${exchange === null ? '' : `?at=${exchange}`}`;
