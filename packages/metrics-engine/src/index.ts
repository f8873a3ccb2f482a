export { type CallCounts, type CallStats, type WindowReport } from './call-stats.ts';
export { watchEventLoop } from './event-loop-lag.ts';
export {
  createMetricsEngine,
  type MetricsEngine,
  type MetricsEngineOptions,
} from './metrics-engine.ts';
export { type Scrape, type ScrapeFormat } from './prom-registry.ts';
