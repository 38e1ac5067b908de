// Questions to our own server. The key of this browser lies where only scripts of this very origin read it.
import type { FaultPage } from '../model/pages.ts';

const KEY = 'aitrail-key';
const ENTER = /^#enter=([\w-]{10,200})$/;

export type Answered<T> =
  | { readonly kind: 'answer'; readonly answer: T }
  | { readonly kind: 'fault'; readonly fault: FaultPage };

/** Exchanges the secret of a one-time link for a key, and takes it out of the address at once. */
export async function enterByLink(): Promise<FaultPage | null> {
  const [, token] = ENTER.exec(location.hash) ?? [];
  if (token === undefined) return null;
  history.replaceState(null, '', location.pathname + location.search);
  const entered = await send<{ readonly key: string }>('enter', { token });
  if (entered.kind === 'fault') return localStorage.getItem(KEY) === null ? entered.fault : null;
  localStorage.setItem(KEY, entered.answer.key);
  return null;
}

type Query = Readonly<Record<string, string | number | null | undefined>>;

export function ask<T>(name: string, query: Query = {}): Promise<Answered<T>> {
  const given = Object.entries(query).flatMap(([key, value]) =>
    value === null || value === undefined || value === '' ? [] : [[key, String(value)]],
  );
  return talk(`/api/${name}?${new URLSearchParams(given).toString()}`, {});
}

export const send = <T>(name: string, body: object): Promise<Answered<T>> =>
  talk(`/api/${name}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });

async function talk<T>(address: string, request: RequestInit): Promise<Answered<T>> {
  const headers = new Headers(request.headers);
  headers.set('aitrail-key', localStorage.getItem(KEY) ?? '');
  try {
    const response = await fetch(address, { ...request, headers });
    if (response.ok) return { kind: 'answer', answer: await response.json() };
    return { kind: 'fault', fault: await response.json() };
  } catch {
    return { kind: 'fault', fault: GONE };
  }
}

const GONE: FaultPage = {
  code: 'GONE',
  message: 'aitrail ui does not answer any more',
  fix: 'start it again, and open the link that it prints: aitrail ui',
};
