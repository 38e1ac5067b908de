// Filters of the list of sessions. What was seen is offered while one types.
import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';
import type { Session } from '../model/session.ts';
import { useKeys } from './keys.ts';

export type Filter = Readonly<
  Partial<Record<'user' | 'repository' | 'agent' | 'model', string> & Record<'sinceMs', number>>
>;

const TEXTS = [
  { key: 'user', label: 'person' },
  { key: 'repository', label: 'repository' },
  { key: 'agent', label: 'agent' },
  { key: 'model', label: 'model' },
] as const;

const HOUR_MS = 3_600_000;
const AGES = [
  { label: 'any time', hours: null },
  { label: 'last 24 hours', hours: 24 },
  { label: 'last 7 days', hours: 168 },
  { label: 'last 30 days', hours: 720 },
  { label: 'last 90 days', hours: 2160 },
] as const;

interface FiltersProps {
  readonly filter: Filter;
  readonly known: readonly Session[];
  readonly onChange: (filter: Filter) => void;
}

export function SessionFilters({ filter, known, onChange }: FiltersProps): VNode {
  const first = useRef<HTMLInputElement>(null);
  useKeys({ '/': () => first.current?.focus() });
  const set = (key: keyof Filter, value: string | number | null): void => {
    const rest = Object.entries(filter).filter(([name]) => name !== key);
    const kept: Filter = Object.fromEntries(rest);
    onChange(value === null || value === '' ? kept : { ...kept, [key]: value });
  };
  return (
    <search class="filters">
      {TEXTS.map(({ key, label }, at) => (
        <label>
          <span>{label}</span>
          <input
            ref={at === 0 ? first : null}
            type="search"
            list={`known-${key}`}
            value={filter[key] ?? ''}
            placeholder="any"
            autocomplete="off"
            spellcheck={false}
            onChange={(event) => set(key, event.currentTarget.value.trim())}
          />
          <datalist id={`known-${key}`}>
            {seen(known, key).map((value) => (
              <option value={value} />
            ))}
          </datalist>
        </label>
      ))}
      <label>
        <span>time</span>
        <select
          onChange={(event) => {
            const hours = AGES[event.currentTarget.selectedIndex]?.hours ?? null;
            set('sinceMs', hours === null ? null : Date.now() - hours * HOUR_MS);
          }}
        >
          {AGES.map(({ label }) => (
            <option>{label}</option>
          ))}
        </select>
      </label>
    </search>
  );
}

function seen(known: readonly Session[], key: (typeof TEXTS)[number]['key']): readonly string[] {
  const values = known.flatMap((session): readonly (string | null)[] => {
    switch (key) {
      case 'user':
        return [session.principal.email];
      case 'repository':
        return [session.place.remote ?? session.place.worktree];
      case 'agent':
        return [session.agent];
      case 'model':
        return session.models;
    }
  });
  return [...new Set(values.filter((value): value is string => value !== null && value !== ''))]
    .toSorted()
    .slice(0, 200);
}
