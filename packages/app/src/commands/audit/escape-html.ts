import { plainText } from './event-text.ts';

/** Text of a trail as HTML shows it: it is no mark-up, also inside of quotes. */
export function escaped(text: string): string {
  return plainText(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
