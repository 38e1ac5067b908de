// How much a text reads like words. Random letters follow each other in ways that words and identifiers never do.

/** `PAIRS[a][b]`: how often letter b follows letter a in English and in identifiers; 0 next to never, 6 very often. */
const PAIRS: readonly string[] = [
  '24542241403646041656332131',
  '63336231631631530553610131',
  '61426106505521721436410020',
  '53347331711432521452522030',
  '42564431201546242765132420',
  '52336610700522620545500030',
  '52327345600545520653501023',
  '72127111602333620435401030',
  '44544440002547530456140203',
  '72436222512333742362602000',
  '62237343613424521364412031',
  '62247210702621620144420050',
  '74237000601442560142400010',
  '52566461513213520166330021',
  '33542331313557450654544210',
  '60226224502522650645401030',
  '43314310230422005340810022',
  '62447231603344630455421040',
  '51526215603432551257512130',
  '61327205701321520654402141',
  '45445340502556350666000101',
  '61318010700222520232110110',
  '72336225600425620552202010',
  '52546403500351370257210430',
  '53435230501555460465323133',
  '63218204601442521331312035',
];

/** Mean of all pairs within runs of letters: about 2.9 for random letters, 5.1 for words; 0 without pairs. */
export function wordScore(text: string): number {
  let sum = 0;
  let pairs = 0;
  let before = -1;
  for (let i = 0; i < text.length; i += 1) {
    const letter = letterOf(text.charCodeAt(i));
    if (before >= 0 && letter >= 0) {
      sum += (PAIRS[before]?.charCodeAt(letter) ?? 48) - 48;
      pairs += 1;
    }
    before = letter;
  }
  return pairs === 0 ? 0 : sum / pairs;
}

/** 0 to 25, or -1 for what is no letter. */
function letterOf(code: number): number {
  if (code >= 97 && code <= 122) return code - 97;
  return code >= 65 && code <= 90 ? code - 65 : -1;
}

/** How often lower, upper and digit take turns: random text changes class every other character, names seldom do. */
export function turnCount(text: string): number {
  let turns = 0;
  let before = -1;
  for (let i = 0; i < text.length; i += 1) {
    const kind = kindOfCharacter(text.charCodeAt(i));
    // a capital that begins a word is not a turn back
    if (before >= 0 && kind !== before && !(before === 1 && kind === 0)) turns += 1;
    before = kind;
  }
  return turns;
}

function kindOfCharacter(code: number): number {
  if (code >= 97 && code <= 122) return 0;
  if (code >= 65 && code <= 90) return 1;
  return code >= 48 && code <= 57 ? 2 : 3;
}
