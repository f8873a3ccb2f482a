import type { Page } from './page.ts';

const WIDTHS = [1280, 390] as const;
const COLOURS = ['light', 'dark'] as const;
const HEIGHT = 844;

/**
 * What is wrong with the page at 1280 and 390 px, light and dark: it scrolls sideways, a text leaves
 * its box, or two texts (or icons, or meters) lie on each other. Leaves the page as it found it.
 */
export async function layoutFaults(page: Page): Promise<readonly string[]> {
  const before = page.viewportSize();
  const faults: string[] = [];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: HEIGHT });
    for (const colorScheme of COLOURS) {
      await page.emulateMedia({ colorScheme });
      const found = await page.evaluate<readonly string[]>(LOOK);
      faults.push(...found.map((fault) => `${width} px, ${colorScheme}: ${fault}`));
    }
  }
  await page.emulateMedia({ colorScheme: null });
  if (before !== null) await page.setViewportSize(before);
  return faults;
}

/** Run in the page. Boxes are what is left of them inside whatever cuts them off. */
const LOOK = `(() => {
  const faults = [];
  const { clientWidth, scrollWidth } = document.documentElement;
  if (scrollWidth > clientWidth) faults.push('scrolls sideways: ' + scrollWidth);
  const cut = (rect, owner) => {
    let { left, right, top, bottom } = rect;
    for (let each = owner; each !== null && each !== document.body; each = each.parentElement) {
      if (getComputedStyle(each).overflowX === 'visible') continue;
      const frame = each.getBoundingClientRect();
      left = Math.max(left, frame.left);
      right = Math.min(right, frame.right);
      top = Math.max(top, frame.top);
      bottom = Math.min(bottom, frame.bottom);
    }
    return { left, right, top, bottom };
  };
  const boxes = [];
  const add = (rect, owner, what) => {
    const box = { ...cut(rect, owner), owner, what };
    if (box.right - box.left > 1 && box.bottom - box.top > 1) boxes.push(box);
  };
  const isSeen = (element) => element.checkVisibility() && !element.closest('.visually-hidden, select');
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
    const owner = text.parentElement;
    if (text.data.trim() === '' || !isSeen(owner)) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const rect of range.getClientRects()) add(rect, owner, text.data.trim());
  }
  for (const each of document.querySelectorAll('svg.icon, .meter, .phase-bar, .choice, select')) {
    if (isSeen(each)) add(each.getBoundingClientRect(), each, each.getAttribute('class'));
  }
  for (const { left, right, owner, what } of boxes) {
    const frame = owner.closest('.figures dl > div, .chart, .panel, header, footer') ?? document.body;
    const outer = frame.getBoundingClientRect();
    if (left < outer.left - 1 || right > outer.right + 1) faults.push('leaves its box: ' + what);
  }
  boxes.sort((one, other) => one.top - other.top);
  boxes.forEach((one, index) => {
    for (const other of boxes.slice(index + 1)) {
      if (other.top > one.bottom - 3) break;
      const isWithin = one.owner.contains(other.owner) || other.owner.contains(one.owner);
      const overlap = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const height = Math.min(one.bottom, other.bottom) - other.top;
      if (!isWithin && overlap > 1 && height > 3) faults.push(one.what + ' lies on ' + other.what);
    }
  });
  return faults;
})()`;
