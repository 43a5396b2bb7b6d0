// The same projects as a fig.yml for tsfig and as a compose file for its peers. Calculations only.

/** What each of these services needs, by number. */
export const SHAPES = {
  wide: () => [],
  tree: (index) => (index === 0 ? [] : [Math.floor((index - 1) / 4)]),
  chain: (index) => (index === 0 ? [] : [index - 1]),
};

/** How a shape is called in a table. */
export const SHAPE_NAMES = { wide: 'no dependencies', tree: 'a tree of 4', chain: 'a chain' };

const times = (count, line) => Array.from({ length: count }, (_none, index) => line(index)).join('\n');
const names = (shape, index) => SHAPES[shape](index).map((on) => `s${on}`);
const SLEEP = 'image: busybox, command: sleep 3600';

export const figFile = (count, shape) =>
  times(count, (index) => `s${index}: { ${SLEEP}, links: [${names(shape, index).join(', ')}] }`);

export const composeFile = (count, shape) =>
  `services:\n${times(count, (index) => `  s${index}: { ${SLEEP}, depends_on: [${names(shape, index).join(', ')}] }`)}\n`;

const CHECKED = `${SLEEP}, healthcheck: { test: "true", interval: 100ms }`;

/** A chain in which each waits for the health of the one before: a link does. */
export const healthFig = (count) =>
  times(count, (index) => `s${index}: { ${CHECKED}, links: [${names('chain', index).join(', ')}] }`);

export const healthCompose = (count) =>
  `services:\n${times(count, (index) => {
    const needs = names('chain', index).map((name) => `${name}: { condition: service_healthy }`);
    return `  s${index}: { ${CHECKED}, depends_on: { ${needs.join(', ')} } }`;
  })}\n`;

/** So many services that print so many lines and end. */
export const talkersFig = (count, lines) =>
  times(count, (index) => `s${index}: { image: busybox, command: seq ${lines} }`);

export const talkersCompose = (count, lines) =>
  `services:\n${times(count, (index) => `  s${index}: { image: busybox, command: seq ${lines} }`)}\n`;
