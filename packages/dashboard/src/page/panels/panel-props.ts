import type { DashboardState } from '../live/dashboard-state.ts';
import type { Feeder } from '../live/feeder.ts';

/** What every panel gets: what to show, and whom to ask for more. */
export interface PanelProps {
  readonly state: DashboardState;
  readonly feeder: Feeder;
}
