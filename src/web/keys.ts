// Keys that work anywhere on a page, but never while somebody types.
import { useEffect, useRef } from 'preact/hooks';

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Space presses a focused button, and opens a focused summary. */
const isPressing = (key: string, target: EventTarget | null): boolean =>
  key === ' ' && target instanceof HTMLElement && /^(?:BUTTON|SUMMARY|A)$/.test(target.tagName);

/** @param keys what each does, by `KeyboardEvent.key`. */
export function useKeys(keys: Readonly<Record<string, () => void>>): void {
  const known = useRef(keys);
  known.current = keys;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const { key, target } = event;
      const act = known.current[key];
      const isOurs = !event.ctrlKey && !event.metaKey && !event.altKey;
      if (act === undefined || !isOurs || isTyping(target) || isPressing(key, target)) return;
      event.preventDefault();
      act();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
