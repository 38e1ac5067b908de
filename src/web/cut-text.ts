// The beginning of a text that is too long to show at once.

/** Whole lines where there are any within reach. */
export function cutText(
  text: string,
  { chars, lines }: { readonly chars: number; readonly lines: number },
): string {
  let end = -1;
  for (let line = 0; line < lines; line += 1) {
    end = text.indexOf('\n', end + 1);
    if (end < 0) break;
  }
  const most = Math.min(end < 0 ? text.length : end, chars);
  // a few characters more are no reason for a button
  return text.length - most < 200 && text.length < chars * 2 && end < 0
    ? text
    : text.slice(0, most);
}
