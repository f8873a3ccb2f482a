export { type ApiServer, type BoundPorts, createApiServer } from './api-server.ts';
export { type ApiServerOptions, type HttpOptions } from './app-state.ts';
export { type Peer } from './services/host-service.ts';
export { type HubLimits } from './services/ws-hub.ts';
