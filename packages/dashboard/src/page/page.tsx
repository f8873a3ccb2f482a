import type { JSX } from 'preact';

import { Audit } from './panels/audit.tsx';
import { Calls } from './panels/calls.tsx';
import { Charts } from './panels/charts.tsx';
import { ConnectionBanner } from './panels/connection-banner.tsx';
import { Connections } from './panels/connections.tsx';
import { EventFeed } from './panels/event-feed.tsx';
import { Health } from './panels/health.tsx';
import { Host } from './panels/host.tsx';
import { KeyFigures } from './panels/key-figures.tsx';
import { PageFooter } from './panels/page-footer.tsx';
import { PageHeader } from './panels/page-header.tsx';
import type { PanelProps } from './panels/panel-props.ts';
import { Records } from './panels/records.tsx';
import { Upstreams } from './panels/upstreams.tsx';
import { Verdicts } from './panels/verdicts.tsx';

/** The whole page: what to look at first comes first. */
export function Page({ state, feeder }: PanelProps): JSX.Element {
  const props = { state, feeder };
  return (
    <>
      <PageHeader {...props} />
      <ConnectionBanner {...props} />
      <main>
        <KeyFigures {...props} />
        <Charts {...props} />
        <div class="columns">
          <Upstreams {...props} />
          <div class="column-side">
            <EventFeed {...props} />
            <Records {...props} />
            <Audit {...props} />
            <Health {...props} />
            <Verdicts {...props} />
          </div>
          <Calls {...props} />
        </div>
        <Host {...props} />
        <Connections {...props} />
      </main>
      <PageFooter {...props} />
    </>
  );
}
