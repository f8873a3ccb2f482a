export type { RouteFault } from './compiled-templates.ts';
export { DeliveryEngine } from './delivery-engine.ts';
export type { DeliveryEngineOptions, UpstreamPlace } from './engine-options.ts';
export { type Disposition, RouteTable } from './route-table.ts';
export { previewRecord, type RecordPreview } from './preview-record.ts';
