// What stands between a key's name and its value, in the order in which it is tried.

/** What closes a name: quotes (escaped or not), brackets, emphasis, colour codes. */
const CLOSE = String.raw`(?:\\{0,8}["'\x60]|[\])*]|\x1b\[[0-9;]{0,8}m|&quot;){0,3}`;
/** Types that may stand between a name and its value. */
const TYPE = String.raw`(?:[ \t]{0,4}(?:&(?:'static )?str|[Ss]tring|str|text|any|bytes|SecretStr|Secret|Option<String>|Optional\[str\]|varchar|password)[ \t]{0,4}\??(?=[ \t]*=)[ \t]{0,4}=)?`;
const SEPARATORS = {
  assign: new RegExp(
    String.raw`${CLOSE}[ \t]{0,30}(?::=|=>|→|\.=|\?=|\+=|={1,3}|:(?![:]|//)(?:\*\*)?)${TYPE}[ \t]{0,30}`,
    'y',
  ),
  argument: new RegExp(String.raw`\\{0,8}["'\x60][ \t]{0,4},[ \t]{0,4}(?=\\{0,8}["'\x60])`, 'y'),
  element: /[ \t]{0,4}>\s{0,40}/y,
  // <key>name</key> <string>, and <string name="name">, <setting name="name"><value>
  plist: /<\/key>\s{0,40}<(?:string|data)>\s{0,40}/y,
  named: /["'][^<>\n]{0,80}>(?:\s{0,40}<value>)?\s{0,40}(?=[^<\s])/y,
  call: /\([ \t]{0,4}(?=["'])/y,
  attribute: new RegExp(
    String.raw`\\{0,8}["'][ \t]{0,4}(?:,?[ \t]{0,4}(?:(?:\r?\n|\\{1,8}n)[ \t]{0,40})?)(?:\\{0,8}["'])?(?:[vV]alue|default|Value)(?:\\{0,8}["'])?[ \t]{0,4}[:=][ \t]{0,4}`,
    'y',
  ),
  envValue: /["']?[ \t]{0,4}(?:\r?\n|\\{1,8}n)[ \t]{0,40}value:[ \t]{0,4}/y,
  block:
    /["']\s{0,4}\{\s{0,20}(?:[a-z_]{1,20}[ \t]{0,8}=[ \t]{0,4}[\w"]{1,40}\s{1,20}){0,2}default[ \t]{0,8}=[ \t]{0,4}/y,
  cell: /[ \t]{0,40}[,|][ \t]{0,20}(?=[A-Za-z0-9])/y,
  column: /["'`*]{0,2}[ \t]{0,40}\|[ \t]{0,20}(?=`)/y,
  body: /[ \t]{1,4}(?:(?:--body|-b|--value|--from-literal|--string)[= \t]{1,4}|-b(?=["']))/y,
  prose:
    /["'`*]{0,2}(?:\s\([^()\n]{1,40}\))?(?:[ \t](?:for|of|on|at|in)(?:[ \t][\w.@'/-]{1,30}){1,5}?)?[ \t]{1,4}(?:is|was|to|are|now|=|as|equals|ist|lautet|est|es)[ \t]{1,4}(?:now |set to |:[ \t]?)?/iy,
  // a value for where there is none: process.env.TOKEN || 'value'
  fallback: /["'\])]{0,2}[ \t]{0,4}(?:\|\||\?\?)=?[ \t]{0,4}(?=["'`])/y,
  // auth=("user", "value")
  pair: /["']?[ \t]{0,4}[=:][ \t]{0,4}[([][ \t]{0,4}["'][^"'\n]{1,80}["'][ \t]{0,4},[ \t]{0,4}(?=["'])/y,
  space: /[ \t]{1,4}(?=[^ \t=:>|&-])/y,
} as const satisfies Record<string, RegExp>;
export type Separator = keyof typeof SEPARATORS;
/** In order, with the characters that one may begin with: most names are followed by something else. */
const ORDER = [
  ['attribute', `\\"'`],
  ['envValue', `\\"' \t\r\n`],
  ['body', ' \t'],
  ['fallback', '"\'])|? \t'],
  ['pair', `"'=: \t`],
  ['assign', '\\"\'`])*\u001b& \t:=.?+'],
  ['argument', '\\"\'`'],
  ['element', ' \t>'],
  ['plist', '<'],
  ['named', `"'`],
  ['call', '('],
  ['block', `"'`],
  ['column', '"\'`* \t|'],
  ['cell', ' \t,|'],
  ['prose', '"\'`* \t\n\v\f\r'],
  ['space', ' \t'],
] as const satisfies readonly (readonly [Separator, string])[];
const BY_CHARACTER: readonly (readonly Separator[])[] = Array.from({ length: 128 }, (_, code) =>
  ORDER.flatMap(([separator, first]) =>
    first.includes(String.fromCharCode(code)) ? [separator] : [],
  ),
);
/** An arrow, or a blank of another script. */
const BEYOND: readonly Separator[] = ['assign', 'prose'];
const NONE: readonly Separator[] = [];

/** @returns those that may begin here, in order. */
export function separatorsAt(text: string, at: number): readonly Separator[] {
  if (at >= text.length) return NONE;
  return BY_CHARACTER[text.charCodeAt(at)] ?? BEYOND;
}

interface Name {
  readonly start: number;
  readonly end: number;
}

/** @returns where the value begins; null where what follows the name is not this separator. */
export function afterSeparator(text: string, name: Name, separator: Separator): number | null {
  const pattern = SEPARATORS[separator];
  pattern.lastIndex = name.end;
  if (!pattern.test(text)) return null;
  return PLACED[separator]?.test(text.slice(Math.max(0, name.start - 24), name.end)) === false
    ? null
    : pattern.lastIndex;
}

/** What must stand before the name, or in it, for a separator to be one. */
const PLACED: Partial<Record<Separator, RegExp>> = {
  element: /<[\w$.-]{1,64}$/,
  named: /<[\w:.-]{1,20}\s(?:name|key|k|id)=["'][\w$.-]{1,64}$/,
  call: /(?:\.|^|[^\w$.-])(?:set_?|with_?|use_?)[\w$]{1,64}$|[.=] ?\w{0,20}(?:password|passwd|passphrase)$/i,
  pair: /(?:auth|credentials?)$/i,
};

export const isElement = (separator: Separator): boolean =>
  separator === 'element' || separator === 'plist' || separator === 'named';
