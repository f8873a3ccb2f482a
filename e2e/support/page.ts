import type { HeadlessChromium } from '@netscope/test-support/services';

export type Page = Awaited<ReturnType<HeadlessChromium['newPage']>>;

/** A tab on the page of a gateway, with everything that its console complained of. */
export interface OpenPage {
  readonly page: Page;
  readonly complaints: readonly string[];
}

/** Opens the page and waits until it is live. */
export async function openPage(chromium: HeadlessChromium, address: string): Promise<OpenPage> {
  const page = await chromium.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(address);
  await page.getByText('Live', { exact: true }).waitFor();
  return { page, complaints };
}

/** A value of the page: the part that it is in, as a selector, and the name that it has there. */
export type Place = readonly [part: string, name: string];

/** What stands at some places, all read in one instant; empty where there is nothing. */
export async function shownAt(page: Page, places: readonly Place[]): Promise<readonly string[]> {
  return page.evaluate<readonly string[]>(`${JSON.stringify(places)}.map(([part, name]) => {
    const names = [...document.querySelectorAll(part + ' dt')];
    const entry = names.find((each) => each.textContent === name)?.parentElement?.cloneNode(true);
    for (const hidden of entry?.querySelectorAll('.visually-hidden') ?? []) hidden.remove();
    return [...(entry?.querySelectorAll('dd') ?? [])].map((each) => each.textContent).join(' | ');
  })`);
}

/** A number as it is shown, in its base unit, and what its last digit stands for. */
export interface Shown {
  readonly value: number;
  readonly step: number;
}

const SECOND_MS = 1000;
const KIB = 1024;

/** Base units: milliseconds, bytes, shares and counts. */
const UNITS: ReadonlyMap<string | undefined, number> = new Map([
  [undefined, 1],
  ['%', 0.01],
  ['ms', 1],
  ['s', SECOND_MS],
  ['min', 60 * SECOND_MS],
  ['B', 1],
  ['KiB', KIB],
  ['MiB', KIB ** 2],
  ['GiB', KIB ** 3],
]);

/** The numbers in a text, in their order; `2 min 5 s` is one. */
export function numbersIn(text: string): readonly Shown[] {
  const plain = text.replaceAll(
    /(\d+)\smin\s(\d+)\ss/gu,
    (_, minutes: string, seconds: string) => `${Number(minutes) * 60 + Number(seconds)} s`,
  );
  const found = plain.matchAll(
    /(?<![\w.,])(\d[\d,]*)(\.\d+)?(?:\s(%|ms|s|min|[KMG]iB|B)(?!\w))?/gu,
  );
  return [...found].map(([, whole = '', fraction = '', unit]) => {
    const base = UNITS.get(unit) ?? Number.NaN;
    const value = Number(whole.replaceAll(',', '') + fraction) * base;
    return { value, step: base / 10 ** Math.max(0, fraction.length - 1) };
  });
}
