import { expect, test } from 'vitest';

import { WaitingForecast } from '../src/waiting-forecast.ts';

test('says how long steady growth leaves', () => {
  const forecast = new WaitingForecast();
  expect(forecast.secondsLeft(0, 1000, 0)).toBeUndefined();
  expect(forecast.secondsLeft(50, 1000, 5000)).toBeUndefined();
  expect(forecast.secondsLeft(100, 1000, 10_000)).toBe(90);
  expect(forecast.secondsLeft(200, 1000, 20_000)).toBe(80);
});

test('says nothing while nothing grows, and 0 past the bound', () => {
  const forecast = new WaitingForecast();
  forecast.secondsLeft(500, 1000, 0);
  expect(forecast.secondsLeft(500, 1000, 15_000)).toBeUndefined();
  expect(forecast.secondsLeft(400, 1000, 30_000)).toBeUndefined();
  expect(forecast.secondsLeft(1000, 1000, 45_000)).toBe(0);
});

test('does not look further back than a minute', () => {
  const forecast = new WaitingForecast();
  forecast.secondsLeft(0, 1000, 0);
  expect(forecast.secondsLeft(600, 1000, 70_000)).toBeUndefined();
});
