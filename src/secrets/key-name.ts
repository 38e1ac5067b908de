// What a key's name says about its value.
import { isProvider, isProviderName } from './provider-names.ts';

export type KeyStrength =
  | 'password' // a person may have chosen it: short and wordy is possible
  | 'secret' // a machine made it
  | 'provider' // a service's name alone: what stands there may be its key
  | 'hint' // might hold one: only a value that looks drawn at random counts
  | null;

/** Words after which a name means something about a secret, not a secret. */
const LAST_WORDS_ABOUT = new Set(
  'id ids name names path paths file files filename url urls uri uris host hostname type types kind count counts length len size limit limits max min budget usage used expires expiry expiration exp ttl age timeout version status state prefix suffix field fields label labels arn region algorithm alg policy format regex pattern ref refs reference references manager store storage provider providers service services class function handler validator error errors message hint hints reset rotation rotated at date time timestamp created updated enabled disabled required optional valid is has get set list map index column table row schema title description text help placeholder example examples location scope scopes issuer audience bytes bits hash hashed digest fingerprint checksum remaining consumed cost rate per input output total config cmd command args env var vars variable flag option options mode level page cursor selector binding mapping lookup mask masked redacted leak leaks scanning scan detection detector rule rules count completion prompt cached window sha sha256 md5 mount volume color colors colour colours background border shadow icon icons opacity radius style styles theme font'.split(
    ' ',
  ),
);

const PASSWORD_WORDS =
  /^(?:\w*(?:passw(?:or)?d|passwrd|passphrase|passcode|passwort|pwd|passwd)|pass|\w{2,}pass|pw|pswd|psw|psk|contrase(?:n|ñ)a|motdepasse|mdp|senha|kennwort)s?$/;
const NOT_PASSWORD = /^(?:by|com|tres|sur|over|under|en)pass$|^lowpass$|^highpass$/;
const SECRET_WORDS =
  /^(?:\w*secrets?|\w*tokens?|\w*apikeys?|\w*credentials?|creds?|bearer|pat|\w*(?:secret|access|private|auth|api|signing|encryption|master|service|account|app|admin|license|hec|write|deploy|sdk|server|shared|session|webhook|global)keys?|dsn|jwt|otp|cookie|authorization|auth|sessionid|sid|salt|pepper|hmac|signature|assertion)$/;
/** Words that make `key` the name of a secret when they stand before it. */
const KEY_COMPANIONS = new Set(
  'api access secret private auth authorization signing signature encryption encrypt decryption master service account app application admin license licence hec write read ingest ingestion deploy deployment sdk server shared session webhook global origin ca client customer user root storage subscription function host functions integration personal project team org organization rest live test prod production staging live sandbox restricted publishable instrumentation agent management delivery relay x real live cipher aes hmac jwt storage'.split(
    ' ',
  ),
);
const KEY_COMPANIONS_NOT = new Set(
  'public primary foreign sort partition cache object map registry i18n query row idempotency item react unique composite index translation locale config group routing message event type json yaml dict hash header sub key natural surrogate ssh host press down up arrow hot short code sha rev commit integrity shard bucket entity record property attribute storage-item tab enter escape parent'.split(
    ' ',
  ),
);

/** Splits camelCase, snake_case, kebab-case and dotted names into lower-case words. */
function splitName(name: string): readonly string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9ñ]+/)
    .filter((word) => word !== '');
}

/** @returns null where the name promises nothing. */
export function judgeKey(name: string): KeyStrength {
  const known = judged.get(name);
  if (known !== undefined) return known;
  if (judged.size >= JUDGED_MAX) judged.clear();
  const strength = judgeWords(splitName(name));
  judged.set(copyOf(name), strength);
  return strength;
}

/** Names repeat: a text asks about the same few over and over. */
const judged = new Map<string, KeyStrength>();
const JUDGED_MAX = 16_384;

/** A slice keeps the whole text in memory that it was cut from. */
const copyOf = (name: string): string => Buffer.from(name, 'utf8').toString('utf8');

function judgeWords(all: readonly string[]): KeyStrength {
  const words = /^\d+$/.test(all.at(-1) ?? '') ? all.slice(0, -1) : all;
  const last = words.at(-1) ?? '';
  if (isAbout(words, last)) return null;
  if (words.some(isPasswordWord)) return 'password';
  if (last === 'key' || last === 'keys') return judgeKeyWord(words);
  if (isSecretName(words)) return 'secret';
  return judgeProvider(words);
}

function judgeProvider(words: readonly string[]): KeyStrength {
  if (isProviderName(words)) return 'provider';
  return words.some((word) => isProvider(word)) ? 'hint' : null;
}

/** A name that speaks of a secret, a public key, or a placeholder of ours. */
const isAbout = (words: readonly string[], last: string): boolean =>
  LAST_WORDS_ABOUT.has(last) || words.includes('public') || words.includes('aitrail');

const isSecretName = (words: readonly string[]): boolean =>
  words.some((word) => SECRET_WORDS.test(word)) ||
  (words.at(-1) === 'private' && !/^(?:is|has|needs)$/.test(words[0] ?? '')) ||
  (words.includes('key') && words.some((word) => KEY_COMPANIONS.has(word)));

const isPasswordWord = (word: string): boolean =>
  PASSWORD_WORDS.test(word) && !NOT_PASSWORD.test(word);

function judgeKeyWord(words: readonly string[]): KeyStrength {
  const before = words.at(-2) ?? '';
  if (KEY_COMPANIONS_NOT.has(before)) return null;
  if (words.some((word) => KEY_COMPANIONS.has(word) || SECRET_WORDS.test(word))) return 'secret';
  if (words.some((word) => isProvider(word))) return 'secret';
  return before === '' ? null : 'hint';
}
