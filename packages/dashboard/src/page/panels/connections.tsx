import type {
  Connection,
  ConnectionRole,
  Connections as Body,
} from '@netscope/api-server/contract';
import type { JSX } from 'preact';

import { formatBytes, formatCount, formatMs } from '../model/format.ts';
import { stalenessOf } from '../model/staleness.ts';
import { Empty, Panel } from '../parts/panel.tsx';
import type { PanelProps } from './panel-props.ts';

const ROWS_SHOWN = 24;

const ROLE_NAMES: Readonly<Record<ConnectionRole, string>> = {
  kafka: 'Kafka',
  store: 'audit store',
  upstream: 'upstream',
  api: 'API',
  other: 'other',
};

/** Every TCP connection of this process, as the kernel sees it. */
export function Connections({ state }: PanelProps): JSX.Element {
  const { value, problem } = state.connections.value;
  return (
    <Panel
      name="connections"
      title="Connections"
      staleness={stalenessOf(state.link.value.kind, problem)}
      aside={value?.available === true && <span class="note">{totalsText(value)}</span>}
    >
      {value === undefined ? (
        <Empty>Waiting for the first answer.</Empty>
      ) : (
        <ConnectionTable body={value} />
      )}
    </Panel>
  );
}

function ConnectionTable({ body }: { readonly body: Body }): JSX.Element {
  if (!body.available) {
    return <Empty>Not available here{body.reason === undefined ? '' : `: ${body.reason}`}.</Empty>;
  }
  if (body.connections.length === 0) return <Empty>No connection is open.</Empty>;
  const shown = body.connections.slice(0, ROWS_SHOWN);
  const more = body.total - shown.length;
  return (
    <>
      <div class="connections-scroll">
        <table class="connections">
          <thead>
            <tr>
              <th scope="col">With</th>
              <th scope="col">Remote</th>
              <th scope="col" class="is-spare">
                State
              </th>
              <th scope="col" class="is-number">
                RTT
              </th>
              <th scope="col" class="is-number is-spare">
                Lowest
              </th>
              <th scope="col" class="is-number">
                Resent
              </th>
              <th scope="col" class="is-number is-spare">
                To read
              </th>
              <th scope="col" class="is-number is-spare">
                To send
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((connection) => (
              <ConnectionRow key={connection.cookie} connection={connection} />
            ))}
          </tbody>
        </table>
      </div>
      {more > 0 && <p class="note">and {formatCount(more)} more</p>}
    </>
  );
}

function ConnectionRow({ connection }: { readonly connection: Connection }): JSX.Element {
  const { role, name, state } = connection;
  const retransmits = connection.retransmits_total;
  return (
    <tr data-role={role}>
      <th scope="row">{name ?? ROLE_NAMES[role]}</th>
      <td class="is-address">{remoteText(connection)}</td>
      <td class="is-spare">{state.replaceAll('_', ' ')}</td>
      <td class="is-number">{formatMs(connection.rtt_ms)}</td>
      <td class="is-number is-spare">{formatMs(connection.min_rtt_ms)}</td>
      <td class="is-number">{retransmits === undefined ? '–' : formatCount(retransmits)}</td>
      <td class="is-number is-spare">{queueText(connection, connection.receive_queue)}</td>
      <td class="is-number is-spare">{queueText(connection, connection.send_queue)}</td>
    </tr>
  );
}

function remoteText(connection: Connection): string {
  if (connection.state === 'listen') return `listens on ${connection.local_port}`;
  const { remote_address: address, remote_port: port } = connection;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The kernel counts connections, not bytes, in the queues of a socket that listens. */
function queueText({ state }: Connection, bytes: number): string {
  return state === 'listen' ? '–' : formatBytes(bytes);
}

function totalsText({ by_role: counts }: Body): string {
  return (['kafka', 'store', 'upstream', 'api', 'other'] as const)
    .filter((role) => counts[role] > 0)
    .map((role) => `${formatCount(counts[role])} ${ROLE_NAMES[role]}`)
    .join(', ');
}
