/** Builds the page when its sources changed, and says where it is. */
import { ensureDashboardBuilt } from '@netscope/dashboard';

const { dir, built } = await ensureDashboardBuilt();
console.log(built ? `Built ${dir}` : `${dir} is up to date`);
