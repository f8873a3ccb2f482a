import type { Host } from '@netscope/api-server/contract';
import type { ComponentChildren, JSX } from 'preact';

import { formatBytes, formatCount, formatShare } from '../model/format.ts';
import { Meter } from '../parts/meter.tsx';
import { Fact } from './facts.tsx';

/** Rows of devices that the page names; the API tells them all. */
const DEVICES_SHOWN = 3;

const ABSENT = <span class="absent">not available here</span>;

interface HostProps {
  readonly host: Host;
}

/** What the host said at the last look, value by value. */
export function HostFacts({ host }: HostProps): JSX.Element {
  return (
    <dl class="facts host-facts">
      <Fact name="Load">{loadText(host)}</Fact>
      <Fact name="Memory">
        <MemoryText host={host} />
      </Fact>
      <Fact name="Swap">{swapText(host)}</Fact>
      <Fact name="CPU quota">{cpuQuotaText(host)}</Fact>
      <Fact name="Memory quota">{memoryQuotaText(host)}</Fact>
      <Fact name="Threads">{countText(host.process?.threads)}</Fact>
      <Fact name="Open files">{filesText(host)}</Fact>
      <Fact name="TCP sockets">{tcpText(host)}</Fact>
      <Fact name="Disks">{rows(host.disks, diskText)}</Fact>
      <Fact name="File systems">{rows(host.filesystems, filesystemText)}</Fact>
      <Fact name="Interfaces">{rows(host.interfaces, interfaceText)}</Fact>
    </dl>
  );
}

function loadText({ load }: Host): ComponentChildren {
  if (load === undefined) return ABSENT;
  return [load.load1, load.load5, load.load15].map((value) => value.toFixed(2)).join(', ');
}

function MemoryText({ host: { memory } }: HostProps): JSX.Element {
  const { total_bytes: total, free_bytes: free } = memory ?? {};
  const used = memory?.used_bytes ?? (total === undefined ? undefined : total - (free ?? 0));
  if (total === undefined || used === undefined) return ABSENT;
  return (
    <>
      {formatBytes(used)}
      <span class="of"> / {formatBytes(total)}</span>
      <Meter label="Memory of the host" value={used} max={total} warnFrom={0.9} />
    </>
  );
}

function swapText({ memory }: Host): ComponentChildren {
  const { swap_total_bytes: total, swap_used_bytes: used } = memory ?? {};
  if (total === undefined || used === undefined) return ABSENT;
  return total === 0 ? 'none' : `${formatBytes(used)} / ${formatBytes(total)}`;
}

function cpuQuotaText({ cgroup }: Host): ComponentChildren {
  if (cgroup === undefined) return ABSENT;
  const limit = cgroup.cpu_limit_cores;
  if (limit === undefined) return 'no limit';
  const throttled = cgroup.cpu_throttled_seconds_total ?? 0;
  return `${limit} cores, held back for ${throttled.toFixed(1)} s`;
}

function memoryQuotaText({ cgroup }: Host): ComponentChildren {
  if (cgroup === undefined) return ABSENT;
  const { memory_limit_bytes: limit, memory_usage_bytes: used } = cgroup;
  const usage = used === undefined ? '' : `${formatBytes(used)} / `;
  return limit === undefined ? `${usage}no limit` : `${usage}${formatBytes(limit)}`;
}

function countText(count: number | undefined): ComponentChildren {
  return count === undefined ? ABSENT : formatCount(count);
}

function filesText({ process, limits }: Host): ComponentChildren {
  const open = process?.open_fds;
  if (open === undefined) return ABSENT;
  const most = limits?.['nofile']?.soft;
  return most === undefined ? formatCount(open) : `${formatCount(open)} / ${formatCount(most)}`;
}

function tcpText({ tcp }: Host): ComponentChildren {
  if (tcp === undefined) return ABSENT;
  return `${formatCount(tcp.established)} established, ${formatCount(tcp.time_wait)} in time-wait`;
}

type Row<T> = (value: T) => string;

function rows<T>(
  devices: Readonly<Record<string, T>> | undefined,
  text: Row<T>,
): ComponentChildren {
  if (devices === undefined) return ABSENT;
  const entries = Object.entries(devices);
  const more = entries.length - DEVICES_SHOWN;
  return (
    <ul class="devices">
      {entries.slice(0, DEVICES_SHOWN).map(([name, value]) => (
        <li key={name}>
          <span class="device">{name}</span> {text(value)}
        </li>
      ))}
      {more > 0 && <li class="of">and {formatCount(more)} more</li>}
    </ul>
  );
}

function perSecond(bytes: number | undefined): string {
  return bytes === undefined ? '–' : `${formatBytes(bytes)}/s`;
}

const diskText: Row<NonNullable<Host['disks']>[string]> = (disk) => {
  const busy = disk.busy_percent === undefined ? '–' : formatShare(disk.busy_percent / 100);
  const read = perSecond(disk.read_bytes_per_second);
  return `${busy} busy, ${read} read, ${perSecond(disk.written_bytes_per_second)} written`;
};

const filesystemText: Row<NonNullable<Host['filesystems']>[string]> = (filesystem) => {
  const used = filesystem.used_percent;
  const share = used === undefined ? '–' : formatShare(used / 100);
  return `${share} used, ${formatBytes(filesystem.avail_bytes)} left`;
};

const interfaceText: Row<NonNullable<Host['interfaces']>[string]> = (one) => {
  const address = one.addresses[0] ?? 'no address';
  if (one.receive_bytes_total === undefined) return address;
  const out = perSecond(one.transmit_bytes_per_second);
  return `${address}, ${perSecond(one.receive_bytes_per_second)} in, ${out} out`;
};
