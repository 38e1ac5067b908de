// Types a command in the test's own process, and hears what it says meanwhile.
import { EventEmitter, once } from 'node:events';
import type { CommandSpec, Invocation } from '../../src/cli/command.ts';

export interface Typed extends Pick<Invocation, 'words' | 'options'> {
  readonly env: Readonly<Record<string, string>>;
}

export interface Running {
  readonly said: { out: string; err: string };
  /** The first one on its standard error. */
  readonly link: Promise<string>;
  readonly done: Promise<number>;
}

/** Types a command, in this process. */
export function type(spec: CommandSpec, { env, words, options }: Typed): Running {
  const said = { out: '', err: '' };
  const told = new EventEmitter();
  const link = once(told, 'link').then(([text]) => String(text));
  const note = (text: string): void => {
    said.err += text;
    const [found] = /http:\S+/.exec(text) ?? [];
    if (found !== undefined) told.emit('link', found);
  };
  const write = (text: string): void => void (said.out += text);
  const terminal = { isColour: false, isTty: false, isInteractive: false };
  const silent = { writeBytes: () => undefined, progress: () => undefined };
  const out = { ...terminal, ...silent, write, note };
  return { said, link, done: spec.run({ caller: { cwd: '/', env }, words, options, out }) };
}
