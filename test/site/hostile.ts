// A recording of somebody who means harm: markup, escapes, characters that turn lines around, a line of ten megabytes, and
// bytes that are no text.
import type { Store } from '../../src/store/store.ts';
import { draft, ending, newSession, sha256, writing } from '../store/store-kit.ts';

export const MARKUP = '<script>window.hacked=1</script><img src=x onerror="window.hacked=2">';
const LONG_LINE = 10_000_000;

const TEXT = `${MARKUP}\n\u001B[31mred\u001B[0m \u001B]0;title\u0007 \u202Eevil\u202C \u2066x\u2069 a\u200Bb \uD800 half @@BYTES@@`;

/** The bytes that are no UTF-8 stand where the marker was. */
function bytesOf(document: object): Buffer {
  const [before = '', after = ''] = JSON.stringify(document).split('@@BYTES@@');
  return Buffer.concat([
    Buffer.from(before),
    Buffer.from([0xff, 0xfe, 0xc0, 0x80]),
    Buffer.from(after),
  ]);
}

/** @returns id of the session. */
export async function recordHostile(store: Store): Promise<string> {
  const session = await newSession(store, { agent: `<b>agent</b>\u202E`, atMs: 1_767_323_045_000 });
  const request = bytesOf({
    model: 'model-1',
    stream: false,
    messages: [{ role: 'user', content: [{ type: 'text', text: TEXT }] }],
  });
  const reply = bytesOf({
    type: 'message',
    role: 'assistant',
    model: '<i>model</i>',
    stop_reason: 'tool_use',
    usage: { input_tokens: 12, output_tokens: 34 },
    content: [
      { type: 'thinking', thinking: `let me ${MARKUP}`, signature: 's' },
      { type: 'text', text: `${TEXT}\n\`\`\`html\n${MARKUP}\n\`\`\`\n**${MARKUP}**` },
      { type: 'text', text: 'y'.repeat(LONG_LINE) },
      {
        type: 'tool_use',
        id: 'c1',
        name: `Write${MARKUP}`,
        input: { file_path: `src/${MARKUP}.ts`, content: `${MARKUP}\n\u202Ebackwards\n` },
      },
    ],
  });
  const begun = draft(session, {
    slices: [request],
    requestSha256: sha256(request),
    requestBytes: request.length,
    startedAtMs: 1_767_323_045_000,
  });
  await store.beginExchange(begun);
  await store.appendReply(begun.id, reply);
  await store.endExchange(
    ending(begun.id, {
      endedAtMs: 1_767_323_047_000,
      model: '<i>model</i>',
      responseSha256: sha256(reply),
      clientSha256: sha256(reply),
      responseBytes: reply.length,
      masks: [
        {
          rule: 'github-pat',
          placeholder: 'AITRAIL_github_pat_01234567',
          direction: 'toAgent',
          isForwarded: false,
          channel: '0',
          ranges: [[0, 1]],
        },
      ],
      emissions: [
        writing(`src/${MARKUP}.ts`, `${MARKUP}\n\u202Ebackwards\n`, {
          callId: 'c1',
          tool: 'Write',
        }),
      ],
    }),
  );
  return session;
}
