// What a rule decided about something that passed: data for the record, for the person and for the agent.
import type { SettingPlace } from './policy.ts';

export interface Decision {
  /** `observed`: the policy only watches, so it passed. */
  readonly effect: 'blocked' | 'warned' | 'observed';
  readonly on: 'tool-call' | 'prompt' | 'text' | 'http' | 'protect';
  /** Name of the rule; the protected path for `protect`. */
  readonly name: string;
  /** Tool, or method and path; null where the kind says it all. */
  readonly what: string | null;
  readonly place: SettingPlace | null;
}
