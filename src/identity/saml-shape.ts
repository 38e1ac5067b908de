// The shape of a SAML response before anything is believed of it: one response with one assertion, each ID once, strong
// algorithms, and none of what XML has for hiding things: no DTD, no entity, comment, CDATA or processing instruction.
// Without these an element's tag can stand nowhere but where it is one, so that counting tags counts elements.

const CHARACTERS_MAX = 256 * 1024;
/** Whoever can reach us can send one: what takes parsers long is not parsed. Some hundred groups are far from these. */
const TAGS_MAX = 2500;
const DEPTH_MAX = 30;
const ATTRIBUTES_MAX = 500;
const NAMESPACES_MAX = 100;

const XMLDSIG = 'http://www.w3.org/2000/09/xmldsig#';
const MORE = 'http://www.w3.org/2001/04/xmldsig-more#';
const XMLENC = 'http://www.w3.org/2001/04/xmlenc#';
const C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';

/** Neither SHA-1 nor a shared secret. */
const ALGORITHMS: ReadonlySet<string> = new Set([
  `${MORE}rsa-sha256`,
  `${MORE}rsa-sha512`,
  'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1',
  `${XMLENC}sha256`,
  `${XMLENC}sha512`,
  `${XMLDSIG}enveloped-signature`,
  C14N,
]);

/** @returns why it is not looked at any further, null where its shape is as it should be. Never what it says. */
export function findOddity(xml: string): string | null {
  if (isLaborious(xml)) return 'it is too long';
  if (xml.includes('<!')) return 'it has a DTD, a comment or a CDATA section';
  if (xml.replace(/^\s*<\?xml\s[^<>]*\?>/, '').includes('<?'))
    return 'it has a processing instruction';
  if (countTags(xml, 'EncryptedAssertion') > 0) return 'its assertion is encrypted';
  if (countTags(xml, 'Response') !== 1) return 'it is not one response';
  const assertions = countTags(xml, 'Assertion');
  if (assertions !== 1)
    return assertions === 0 ? 'it has no assertion' : 'it has several assertions';
  const ids = valuesOf(xml, 'ID');
  if (new Set(ids).size !== ids.length) return 'an ID stands for several elements';
  if (!valuesOf(xml, 'Algorithm').every((name) => ALGORITHMS.has(name)))
    return 'its algorithms are not allowed';
  return null;
}

function isLaborious(xml: string): boolean {
  if (xml.length > CHARACTERS_MAX) return true;
  let [tags, depth, deepest] = [0, 0, 0];
  for (const [tag] of xml.matchAll(/<[^<>]*>/g)) {
    tags += 1;
    if (tag.startsWith('</')) depth -= 1;
    else if (!tag.endsWith('/>')) depth += 1;
    deepest = Math.max(deepest, depth);
  }
  const attributes = [...xml.matchAll(/\s([^\s=<>"']+)\s*=\s*["']/g)].map(([, name = '']) => name);
  const namespaces = attributes.filter((name) => name.startsWith('xmlns'));
  return (
    tags > TAGS_MAX ||
    deepest > DEPTH_MAX ||
    attributes.length > ATTRIBUTES_MAX ||
    namespaces.length > NAMESPACES_MAX
  );
}

/** Opening tags of that name, whatever their prefix. */
const countTags = (xml: string, name: string): number =>
  [...xml.matchAll(new RegExp(`<(?:[^\\s<>/:]+:)?${name}(?=[\\s/>])`, 'g'))].length;

/** Of all attributes of that name, in any case. */
const valuesOf = (xml: string, name: string): readonly string[] =>
  [...xml.matchAll(new RegExp(`\\s${name}\\s*=\\s*["']([^"']*)["']`, 'gi'))].map(
    ([, value = '']) => value,
  );
