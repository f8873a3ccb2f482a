import { effect } from '@preact/signals';
import { render } from 'preact';

import { browserEdges } from './edges/browser-edges.ts';
import { readPreference } from './edges/preferences.ts';
import { createDashboardState } from './live/dashboard-state.ts';
import { Feeder } from './live/feeder.ts';
import { Page } from './page.tsx';
import { pageTitle } from './panels/page-title.ts';
import { applyStoredTheme } from './panels/theme-switch.tsx';
import { WINDOWS } from './panels/windows.ts';

const root = document.querySelector('#page');
if (root === null) throw new Error('the document has no #page');

applyStoredTheme();
const state = createDashboardState(
  readPreference(
    'window',
    WINDOWS.map(({ value }) => value),
    '1m',
  ),
);
const feeder = new Feeder(browserEdges, state);
render(<Page state={state} feeder={feeder} />, root);
effect(() => {
  document.title = pageTitle(state);
});
feeder.start();
window.addEventListener('online', () => feeder.reconnectNow());
