import { describe, expect, test } from 'vitest';

import { FrameBatcher } from '../../../src/page/live/frame-batcher.ts';
import { ManualEdges } from '../../manual-edges.ts';

describe('the frame batcher', () => {
  test('turns a thousand changes a second into five drawings', () => {
    const edges = new ManualEdges();
    let drawn = 0;
    const batcher = new FrameBatcher(edges, () => {
      drawn += 1;
    });
    for (let ms = 0; ms < 1_000; ms += 1) {
      batcher.touch();
      edges.clock.advance(1);
      edges.drawFrame();
    }
    expect(drawn).toBe(5);
  });

  test('draws a lone change with the next frame', () => {
    const edges = new ManualEdges();
    let drawn = 0;
    const batcher = new FrameBatcher(edges, () => {
      drawn += 1;
    });
    batcher.touch();
    edges.clock.advance(0);
    edges.drawFrame();
    expect(drawn).toBe(1);
  });

  test('keeps one frame waiting while the page is hidden', () => {
    const edges = new ManualEdges();
    const batcher = new FrameBatcher(edges, () => undefined);
    for (let second = 0; second < 60; second += 1) {
      batcher.touch();
      edges.clock.advance(1_000);
    }
    expect(edges.drawFrame()).toBe(1);
  });
});
