export interface CephConfFacts {
  readonly folder: string;
  readonly fsid: string;
  readonly monPort: number;
  readonly monLegacyPort: number;
  readonly rgwPort: number;
}

const OSD_BYTES = 8 * 1024 ** 3;
/** The least BlueStore takes. */
const OSD_MEMORY_BYTES = 939_524_096;

/** The configuration file of a one-node cluster on loopback whose whole state is in one folder. */
export function cephConf(facts: CephConfFacts): string {
  const { folder } = facts;
  return section('global', {
    fsid: facts.fsid,
    'mon initial members': 'a',
    'mon host': `[v2:127.0.0.1:${facts.monPort}/0,v1:127.0.0.1:${facts.monLegacyPort}/0]`,
    'public addr': '127.0.0.1',
    'cluster addr': '127.0.0.1',
    // With `none`, radosgw waits 300 s again and again.
    'auth cluster required': 'cephx',
    'auth service required': 'cephx',
    'auth client required': 'cephx',
    'auth allow insecure global id reclaim': 'true',
    // One OSD, one copy, placed by hand.
    'osd crush update on start': 'false',
    'osd pool default size': 1,
    'osd pool default min size': 1,
    'osd crush chooseleaf type': 0,
    'osd pool default pg num': 8,
    'osd pool default pg autoscale mode': 'off',
    'mon allow pool size one': 'true',
    'mon warn on pool no redundancy': 'false',
    // Every pool is a change that waits for others; a lone client has none to wait for.
    'paxos propose interval': 0.05,
    'paxos min wait': 0.01,
    'mon data avail crit': 1,
    'mon data avail warn': 2,
    'mon max pg per osd': 1000,
    'run dir': `${folder}/run`,
    'log file': `${folder}/log/$name.log`,
    'admin socket': `${folder}/run/$name.asok`,
    'pid file': `${folder}/run/$name.pid`,
    keyring: `${folder}/keyring`,
    'osd memory target': OSD_MEMORY_BYTES,
  })
    .concat(section('mon.a', { host: 'localhost', 'mon data': `${folder}/mon` }))
    .concat(
      section('osd.0', {
        'osd data': `${folder}/osd`,
        'osd objectstore': 'bluestore',
        'bluestore block size': OSD_BYTES,
        'bluestore block create': 'true',
        'bluestore fsck on mount': 'false',
      }),
    )
    .concat(section('mgr.x', { 'mgr data': `${folder}/mgr` }))
    .concat(
      section('client.rgw', {
        'rgw frontends': `beast endpoint=127.0.0.1:${facts.rgwPort}`,
        'rgw data': `${folder}/rgw`,
        'rgw init timeout': 60,
        'rgw dns name': 'localhost',
        'rgw enable usage log': 'false',
        // A quota that is set is felt at once, and not when the cached size is ten minutes old.
        'rgw bucket quota ttl': 0,
      }),
    );
}

function section(name: string, values: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries(values).map(([key, value]) => `${key} = ${value}\n`);
  return `[${name}]\n${lines.join('')}`;
}
