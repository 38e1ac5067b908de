// aitrail credentials: the keys of upstreams, kept where no agent reads them.
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { Writable } from 'node:stream';
import {
  dropCredential,
  setCredential,
  showCredentials,
} from '../flow/record/manage-credentials.ts';
import { noteChange } from '../flow/session/note-change.ts';
import { Fault } from '../model/fault.ts';
import type { CommandSpec, Invocation } from './command.ts';
import { printDocument } from './output.ts';

const JSON_OPTION = { flags: '--json', description: 'one JSON document' } as const;

export const commands: readonly CommandSpec[] = [
  {
    name: 'credentials list',
    usage: '',
    summary: 'name the connections whose credential is kept here, never its value',
    options: [JSON_OPTION],
    example: 'credentials list',
    run: async ({ caller, options, out }) => {
      const credentials = await showCredentials(caller);
      if (options['json'] === true)
        printDocument(out, { schema: 'aitrail.credentials/1', credentials });
      else if (credentials.length === 0)
        out.note('aitrail: no credential is kept here: aitrail credentials set CONNECTION\n');
      else for (const one of credentials) out.write(`${one.connection}  ${one.keeper}\n`);
      return 0;
    },
  },
  {
    name: 'credentials set',
    usage: '<connection>',
    summary: 'keep the credential of a connection, read from standard input; not for agents',
    options: [],
    example: 'credentials set openai < key.txt',
    run: async (call) => {
      const [connection = ''] = call.words;
      const kept = await setCredential(call.caller, connection, () => readValue(call));
      await noteChange(call.caller, 'credentials set', { connection });
      call.out.note(`aitrail: the credential of ${connection} is in the ${kept.keeper}\n`);
      return 0;
    },
  },
  {
    name: 'credentials remove',
    usage: '<connection>',
    summary: 'forget the credential of a connection; not for agents',
    options: [],
    example: 'credentials remove openai',
    run: async ({ caller, words, out }) => {
      const [connection = ''] = words;
      await dropCredential(caller, connection);
      await noteChange(caller, 'credentials remove', { connection });
      out.note(`aitrail: the credential of ${connection} is forgotten\n`);
      return 0;
    },
  },
];

/** Never from an argument: those are seen by every process. */
async function readValue({ out }: Invocation): Promise<string> {
  const value = (out.isInteractive ? await askHidden(out) : await text(process.stdin)).trim();
  if (value === '') throw new Fault('USAGE', 'standard input holds no credential');
  return value;
}

async function askHidden(out: Invocation['out']): Promise<string> {
  out.note('credential (not shown): ');
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silence, terminal: true });
  try {
    return await terminal.question('');
  } finally {
    terminal.close();
    out.note('\n');
  }
}
