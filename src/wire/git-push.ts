// A push over smart HTTP, as git-receive-pack reads and answers it (gitprotocol-pack, gitprotocol-http): pkt-lines with the
// commands, then the pack; back comes a report, inside a side band where the client asked for one.

/** Ids as the client wrote them; all zeros: no such object. */
export interface PushCommand {
  readonly before: string;
  readonly after: string;
  readonly ref: string;
}

export interface PushHead {
  /** Empty for a probe: git asks with nothing before it sends much. */
  readonly commands: readonly PushCommand[];
  /** As written, behind the first command. */
  readonly capabilities: readonly string[];
  /** Lines as they came. */
  readonly shallow: readonly string[];
  /** Push options; null: no such section. */
  readonly options: readonly string[] | null;
  /** A signed push: its commands stand in a certificate. */
  readonly isSigned: boolean;
}

export interface ReadHead {
  readonly head: PushHead;
  /** Where the pack begins. */
  readonly end: number;
}

export const isNone = (id: string): boolean => /^0+$/.test(id);

/** @returns null where more must be read. @throws Error for what git would not write. */
export function readPushHead(bytes: Buffer): ReadHead | null {
  const lines = readSection(bytes, 0);
  if (lines === null) return null;
  const shallow = lines.texts.filter((line) => line.startsWith('shallow '));
  const others = lines.texts.filter((line) => !line.startsWith('shallow '));
  const [first = ''] = others;
  const capabilities = (first.split('\0')[1] ?? '').trim().split(' ').filter(Boolean);
  const isSigned = lines.texts.some((line) => line.startsWith('push-cert'));
  const commands = isSigned ? [] : others.map(parseCommand);
  const head = { commands, capabilities, shallow, options: null, isSigned };
  if (!capabilities.includes('push-options')) return { head, end: lines.end };
  const options = readSection(bytes, lines.end);
  return options === null ? null : { head: { ...head, options: options.texts }, end: options.end };
}

function parseCommand(line: string): PushCommand {
  const text = (line.split('\0')[0] ?? '').replace(/\n$/, '');
  const [, before = '', after = '', ref] =
    /^([0-9a-f]{40}|[0-9a-f]{64}) ([0-9a-f]{40}|[0-9a-f]{64}) (refs\/[^\s\0]+)$/.exec(text) ?? [];
  if (ref === undefined) throw new Error('a command of the push cannot be read');
  return { before, after, ref };
}

interface Section {
  /** Of each line, without its length. */
  readonly texts: readonly string[];
  readonly end: number;
}

/** Lines up to a flush. */
function readSection(bytes: Buffer, from: number): Section | null {
  const texts: string[] = [];
  for (let at = from; ;) {
    const pkt = readPkt(bytes, at);
    if (pkt === null) return null;
    at = pkt.end;
    if (pkt.data === null) return { texts, end: at };
    texts.push(pkt.data.toString('utf8'));
  }
}

/** `data` null: a flush. @returns null where it is not whole yet. @throws Error. */
function readPkt(
  bytes: Buffer,
  at: number,
): { readonly data: Buffer | null; readonly end: number } | null {
  if (bytes.length < at + 4) return null;
  const text = bytes.toString('latin1', at, at + 4);
  const length = /^[0-9a-f]{4}$/i.test(text) ? Number.parseInt(text, 16) : -1;
  if (length === 0) return { data: null, end: at + 4 };
  if (length < 4) throw new Error('a line of the push has no length');
  if (bytes.length < at + length) return null;
  return { data: bytes.subarray(at + 4, at + length), end: at + length };
}

const FLUSH = Buffer.from('0000');

const pkt = (data: string | Uint8Array): Buffer => {
  const bytes = Buffer.from(data);
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
};

/** The head again, with these of its commands. */
export function formatPushHead(head: PushHead, commands: readonly PushCommand[]): Buffer {
  const lines = commands.map(({ before, after, ref }, index) =>
    pkt(`${before} ${after} ${ref}${index === 0 ? `\0 ${head.capabilities.join(' ')}` : ''}`),
  );
  const options = head.options === null ? [] : [...head.options.map(pkt), FLUSH];
  return Buffer.concat([...head.shallow.map(pkt), ...lines, FLUSH, ...options]);
}

export interface RefusedRef {
  readonly ref: string;
  /** One line, as git shows it in brackets. */
  readonly why: string;
}

const REASON_CHARACTERS_MAX = 200;

const ngLine = ({ ref, why }: RefusedRef): Buffer =>
  pkt(`ng ${ref} ${why.replaceAll(/\p{Cc}+/gu, ' ').slice(0, REASON_CHARACTERS_MAX)}\n`);

/** @param unpack `ok`, or why the pack was not taken. @param said lines for the person, each with LF. */
export function formatReport(
  { capabilities }: PushHead,
  refused: readonly RefusedRef[],
  { unpack, said }: { readonly unpack: string; readonly said: string },
): Buffer {
  const report = Buffer.concat([pkt(`unpack ${unpack}\n`), ...refused.map(ngLine), FLUSH]);
  return enclose(bandOf(capabilities), { messages: [Buffer.from(said)], report });
}

/**
 * The upstream's reply to a part of the push, with what was refused of it.
 *
 * @throws Error where it is no report.
 */
export function amendReport(
  { capabilities }: PushHead,
  reply: Buffer,
  { refused, said }: { readonly refused: readonly RefusedRef[]; readonly said: string },
): Buffer {
  const band = bandOf(capabilities);
  const { messages, report } = band === null ? { messages: [], report: reply } : disclose(reply);
  const end = report.length - FLUSH.length;
  if (end < 0 || !report.subarray(end).equals(FLUSH)) throw new Error('the reply is no report');
  const amended = Buffer.concat([report.subarray(0, end), ...refused.map(ngLine), FLUSH]);
  return enclose(band, { messages: [...messages, Buffer.from(said)], report: amended });
}

export const hasReport = ({ capabilities }: PushHead): boolean =>
  capabilities.some((name) => /^report-status(?:-v2)?$/.test(name));

/** Bytes of data in one line of the side band; null: the client asked for none. */
function bandOf(capabilities: readonly string[]): number | null {
  if (capabilities.includes('side-band-64k')) return 65_515;
  return capabilities.includes('side-band') ? 995 : null;
}

interface Bands {
  readonly messages: readonly Buffer[];
  readonly report: Buffer;
}

function enclose(band: number | null, { messages, report }: Bands): Buffer {
  if (band === null) return report;
  const lines = (kind: number, bytes: Buffer): readonly Buffer[] =>
    Array.from({ length: Math.ceil(bytes.length / band) }, (_, index) =>
      pkt(Buffer.concat([Buffer.of(kind), bytes.subarray(index * band, (index + 1) * band)])),
    );
  const said = messages.flatMap((bytes) => lines(2, bytes));
  return Buffer.concat([...said, ...lines(1, report), FLUSH]);
}

function disclose(reply: Buffer): Bands {
  const messages: Buffer[] = [];
  const report: Buffer[] = [];
  for (let at = 0; at < reply.length;) {
    const line = readPkt(reply, at);
    if (line === null) throw new Error('the reply is no report');
    at = line.end;
    const kind = line.data?.[0];
    if (line.data === null || kind === undefined) continue;
    (kind === 1 ? report : messages).push(line.data.subarray(1));
  }
  return { messages, report: Buffer.concat(report) };
}
