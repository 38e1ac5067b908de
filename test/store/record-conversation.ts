// Records a small Anthropic conversation as the proxy would: for tests of what reads records, and to look at by hand:
//   AITRAIL_HOME=/tmp/h npx tsx test/store/record-conversation.ts WORKTREE
import { fileURLToPath } from 'node:url';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { draft, ending, newSession, sha256, writing, marksOf } from './store-kit.ts';

export interface SaidTurn {
  readonly prompt?: string;
  readonly results?: readonly {
    readonly id: string;
    readonly text: string;
    readonly isError?: boolean;
  }[];
  readonly answer: string;
  readonly calls?: readonly {
    readonly id: string;
    readonly name: string;
    readonly input: Readonly<Record<string, string>>;
  }[];
}

const TURNS: readonly SaidTurn[] = [
  {
    prompt: '<system-reminder>be nice</system-reminder>Add a greeting, please.',
    answer: 'I will write it.\nThen I run it.',
    calls: [
      {
        id: 'c1',
        name: 'Write',
        input: { file_path: 'src/greet.js', content: 'const hello = 1;\nexport { hello };\n' },
      },
    ],
  },
  {
    results: [{ id: 'c1', text: 'File created at src/greet.js' }],
    answer: 'Now the check.',
    calls: [{ id: 'c2', name: 'Bash', input: { command: 'node src/greet.js' } }],
  },
  {
    results: [{ id: 'c2', text: 'Error: \u001B[31mno\u001B[0m \u202Egreeting', isError: true }],
    answer: 'All done. 你好 🎉',
  },
];

/** @returns session id and exchange ids. */
export async function recordConversation(
  store: Store,
  turns: readonly SaidTurn[] = TURNS,
): Promise<{ readonly session: string; readonly exchanges: readonly string[] }> {
  const session = await newSession(store, { atMs: Date.parse('2026-01-02T03:04:05Z') });
  const messages: object[] = [];
  const exchanges: string[] = [];
  let startedAtMs = Date.parse('2026-01-02T03:04:05Z');
  for (const turn of turns) {
    messages.push({ role: 'user', content: userBlocks(turn) });
    const body = JSON.stringify({
      model: 'model-1',
      system: 'You are an agent.',
      messages,
      stream: true,
    });
    const begun = draft(session, {
      slices: [Buffer.from(body)],
      requestSha256: sha256(body),
      requestBytes: body.length,
      startedAtMs,
    });
    await store.beginExchange(begun);
    const { bytes, marks } = streamOf(turn);
    await store.appendReply(begun.id, bytes);
    const isMasked = turn === turns[0];
    await store.endExchange(
      ending(begun.id, {
        firstByteAtMs: startedAtMs + 10,
        endedAtMs: startedAtMs + 1000,
        responseSha256: sha256(bytes),
        clientSha256: sha256(bytes),
        responseBytes: bytes.length,
        marks: marksOf(marks),
        masks: isMasked
          ? [
              {
                rule: 'github-pat',
                placeholder: 'AITRAIL_github_pat_01234567',
                direction: 'toAgent',
                isForwarded: false,
                channel: '1',
                ranges: [[0, 9]],
              },
            ]
          : [],
        emissions: (turn.calls ?? []).flatMap(({ id, name, input }) =>
          name === 'Write'
            ? [
                writing(input['file_path'] ?? '', input['content'] ?? '', {
                  callId: id,
                  tool: name,
                }),
              ]
            : [],
        ),
      }),
    );
    for (const result of turn.results ?? [])
      await store.setOutcome(session, result.id, result.isError === true ? 'rejected' : 'accepted');
    messages.push({ role: 'assistant', content: assistantBlocks(turn) });
    exchanges.push(begun.id);
    startedAtMs += 5000;
  }
  return { session, exchanges };
}

const userBlocks = (turn: SaidTurn): readonly object[] => [
  ...(turn.results ?? []).map(({ id, text, isError }) => ({
    type: 'tool_result',
    tool_use_id: id,
    content: text,
    ...(isError === undefined ? {} : { is_error: isError }),
  })),
  ...(turn.prompt === undefined ? [] : [{ type: 'text', text: turn.prompt }]),
];

const assistantBlocks = (turn: SaidTurn): readonly object[] => [
  { type: 'text', text: turn.answer },
  ...(turn.calls ?? []).map((call) => ({ type: 'tool_use', ...call })),
];

/** A streamed reply: the answer in two deltas, half a second apart. */
function streamOf(turn: SaidTurn) {
  const half = Math.floor(turn.answer.length / 2);
  const events: [number, object][] = [
    [
      10,
      {
        type: 'message_start',
        message: {
          id: 'm',
          role: 'assistant',
          model: 'model-1',
          content: [],
          usage: { input_tokens: 9 },
        },
      },
    ],
    [10, { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }],
    [
      20,
      {
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'text_delta', text: turn.answer.slice(0, half) },
      },
    ],
    [
      520,
      {
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'text_delta', text: turn.answer.slice(half) },
      },
    ],
    [520, { type: 'content_block_stop', index: 0 }],
    ...(turn.calls ?? []).flatMap(({ id, name, input }, i): [number, object][] => [
      [
        600,
        {
          type: 'content_block_start',
          index: i + 1,
          content_block: { type: 'tool_use', id, name, input: {} },
        },
      ],
      [
        700,
        {
          type: 'content_block_delta',
          index: i + 1,
          delta: { type: 'input_json_delta', partial_json: JSON.stringify(input) },
        },
      ],
      [800, { type: 'content_block_stop', index: i + 1 }],
    ]),
    [
      900,
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 7 } },
    ],
    [900, { type: 'message_stop' }],
  ];
  let offset = 0;
  const frames = events.map(([atMs, data]) => {
    const type = Object.entries(data).find(([key]) => key === 'type')?.[1];
    const bytes = Buffer.from(`event: ${String(type)}\ndata: ${JSON.stringify(data)}\n\n`);
    const mark = { offset, length: bytes.length, atMs };
    offset += bytes.length;
    return { bytes, mark };
  });
  return {
    bytes: Buffer.concat(frames.map(({ bytes }) => bytes)),
    marks: frames.map(({ mark }) => mark),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const store = await openStore({ home: process.env['AITRAIL_HOME'] ?? '', mode: 'write' });
  const recorded = await recordConversation(store);
  process.stdout.write(`${recorded.session} ${recorded.exchanges.join(' ')}\n`);
  await store.close();
}
