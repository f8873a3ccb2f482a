export { type DashboardBuild, ensureDashboardBuilt } from './build/ensure-dashboard-built.ts';
