// Values that stand where a secret would stand and are none: examples, references, code.

const EXAMPLE_WORDS =
  /example|placeholder|change[-_ ]?me|change[-_ ]?this|your[-_ ]?|dummy|sample|redacted|replace[-_ ]?|insert[-_ ]|todo|fixme|fake|not[-_ ]?a[-_ ]?real|secret[-_ ]?here|token[-_ ]?here|key[-_ ]?here|goes[-_ ]?here|put[-_ ]|lorem|foo[-_]?bar|invalid|masked|hidden|removed|truncated|snip\b|xxxx|\*\*\*|\.\.\.|____|----|0000000|1111111|aaaaaaa|deadbeef|AITRAIL_/i;

const WHOLE_EXAMPLES =
  /^(?:null|nil|none|undefined|true|false|yes|no|on|off|default|optional|required|string|number|boolean|object|test(?:ing)?\d*|demo|local(?:host)?|guest|root|admin(?:istrator)?\d*|user(?:name)?|postgres(?:ql)?|mysql|rabbitmq|minio(?:admin)?|changeit|pass(?:word|wd|phrase)?\d{0,4}!?|p@ss(?:w0rd)?\d*!?|secret\d{0,4}|token\d{0,4}|api[-_]?key\d*|hunter2|qwerty\d*|letmein|welcome\d*|abc\d{1,4}|12345\d*|my[-_]?(?:secret|password|token|key)\w*|some[-_]?\w+|the[-_]?\w+|(?:access|refresh|id|auth|bearer|csrf)[-_]?token|client[-_]?secret)$/i;

/** References to a value that is kept elsewhere, and pieces of code. */
const REFERENCES = [
  /^[$%]\{?\(?[A-Za-z_][\w.]*\)?\}?%?$/, // $VAR ${VAR} %VAR% $(make)
  /\$\{|\$\(|\{\{|<%|#\{|%\(|%[sdv]\b|\$\w+\[/,
  /^(?:process|import|os|env|ENV|sys|config|settings|options|opts|args|argv|params?|props|state|self|this|ctx|req(?:uest)?|res(?:ponse)?|secrets?|vars?|inputs?|values?|credentials?|data|body|user|session|account|client|app|conf|cfg)(?:\?|!)?[.[(]/,
  /^(?:arn:|vault:|op:\/\/|secretsmanager:|ssm:|file:|ref\+|sops:|keyring:|sha(?:1|256|384|512)[-:]|md5:|h1:|ENC\[|!vault|\$ANSIBLE_VAULT)/i,
  /^[\w.-]+\/[\w.-]+#[\w.-]+$/, // owner/name#commit
  /^(?:https?|wss?|ftp|git|ssh|s3|gs|mailto|urn|data|blob|chrome|app):/i,
  /[([{]\)?$|\)$|^[([{<]|[)>\]]\.|=>|::|->|\(\)|^[&!*][A-Za-z_]+$|^@\w+\/|\(["'`]|&&|\|\|/,
  /^\.{0,2}\/[\w.-]+(?:\/|$)|^~\/|^[A-Za-z]:\\|\.(?:json|ya?ml|pem|key|crt|txt|md|ts|js|tsx|py|go|rs|java|rb|php|sh|env|toml|ini|html?|css|com|org|net|io|dev|test|local)$/i,
];

export const isExample = (value: string): boolean =>
  EXAMPLE_WORDS.test(value) || WHOLE_EXAMPLES.test(value) || /^(.)\1*$/.test(value);

export const isReference = (value: string): boolean =>
  REFERENCES.some((pattern) => pattern.test(value));

/** Dotted or chained names: `config.auth.token`, `Foo::bar`, `a-b-c`. */
export const isNamePath = (value: string): boolean =>
  /^[A-Za-z_$][A-Za-z_$]*(?:(?:\.|::|->|\?\.|-|\/|:)[A-Za-z_$][A-Za-z_$]*)*$/.test(value);

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
export const isUuid = (value: string): boolean => UUID.test(value);

/** What stands bare after a key in source code: a call, an index, a member, a constant. */
export const isCodeTerm = (value: string): boolean =>
  /^[A-Za-z_$][\w$.]*[([]/.test(value) ||
  /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+$/.test(value) ||
  /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(value);

/** The same, beyond doubt: a method's call, an optional member, a choice, a pattern, a number in hex. */
export const isPlainCode = (value: string): boolean =>
  /^[+!~-]?[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+\(/.test(value) ||
  /^[A-Za-z_$][\w$]*\?\.[A-Za-z_$]/.test(value) ||
  /^[A-Za-z_$][\w$]{0,2}\?[A-Za-z_$][\w$.]*\(/.test(value) ||
  value.startsWith('/^[') ||
  /^!!|^![01](?:\W|$)|^\+?\(|[!=]==/.test(value) ||
  /^[A-Za-z_$][\w$]{0,40}=[A-Za-z_$][\w$]*[.(+]/.test(value) ||
  /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+[:=]/.test(value) ||
  /^!{0,2}[A-Za-z_$][\w$]*\[\w*\]?$/.test(value) ||
  /^0x[0-9a-fA-F]{1,16}$/.test(value);

/** `npm:express-jwt@^6.1.2`, `pre-v2.0.0`. */
const PACKAGE_VERSION =
  /^(?:[a-z]{1,12}[-:])?(?:@?[\w./-]{1,80}@)?[\^~<>=]{0,2}v?\d+\.\d+\.\d+(?:[-+][\w.]+)?$/i;

/** Times, versions, numbers, IP addresses. */
export const isPlainNumber = (value: string): boolean =>
  /^[-+\d.,:_eEtTzZ/ ]+$/.test(value) ||
  /^v?\d+\.\d+[\w.+/-]*$/.test(value) ||
  PACKAGE_VERSION.test(value) ||
  /^\d+(?:ms|s|m|h|d|k|kb|mb|gb|px|em|%)$/i.test(value);
