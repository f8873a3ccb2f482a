// Plain JavaScript, as the launcher is. deploy/Dockerfile has the same flags, and a test says so.

// Half of Node's own size for young objects, which calls of a few milliseconds do not need; half of
// that again lets so much survive that it costs both time and memory.
const OF_NODE = ['--max-semi-space-size=32'];
// V8's own: what it takes for lasting, and makes among the old objects, is gone within milliseconds
// here, too; and collections of young objects are as short on one thread as on several, which cost
// more together. A Node that does not know such a flag does not start: these majors do.
const OF_V8 = ['--no-allocation-site-pretenuring', '--no-parallel-scavenge'];
const OF_V8_NODE_MAJOR_MAX = 26;

/**
 * The flags of the process, for a major version of Node.
 * @param {number} nodeMajor
 * @returns {readonly string[]}
 */
export function nodeFlags(nodeMajor) {
  return nodeMajor <= OF_V8_NODE_MAJOR_MAX ? [...OF_NODE, ...OF_V8] : OF_NODE;
}
