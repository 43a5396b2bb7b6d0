// Tables in Markdown. Calculations only.

/**
 * @param {{ title: string, rounds: number, reference: string | null, rows: readonly import('./statistics.mjs').Row[] }} comparison
 * @returns {string}
 */
export function comparisonTable({ title, rounds, reference, rows }) {
  const hasTargets = rows.some(({ target }) => target !== undefined);
  const head = [title, `median of ${rounds}`, 'least', 'ratio', 'of least', ...(hasTargets ? ['target'] : [])];
  const lines = rows.map((row) => [
    row.name,
    ...figures(row, row.name === reference),
    ...(hasTargets ? [targetText(row)] : []),
  ]);
  return table(head, lines);
}

function figures(row, isReference) {
  if (row.medianMs === undefined) return [row.skipped ?? `failed: ${row.failed}`, '', '', ''];
  const ratios = isReference ? ['reference', ''] : [ratioText(row.ratio), ratioText(row.ratioOfLeast)];
  return [secondsText(row.medianMs), secondsText(row.leastMs), ...ratios];
}

/**
 * A fact is a figure that is compared with nothing but its target.
 * @typedef {{ name: string, value: number | string, unit?: string, most?: number, reached?: boolean }} Fact
 * @param {{ title: string, facts: readonly Fact[] }} facts
 * @returns {string}
 */
export function factsTable({ title, facts }) {
  const hasTargets = facts.some(({ most }) => most !== undefined);
  const lines = facts.map(({ name, value, unit = '', most, reached }) => [
    name,
    `${value} ${unit}`.trim(),
    ...(hasTargets ? [most === undefined ? '' : `≤ ${most} ${unit}: ${reached ? 'reached' : 'missed'}`] : []),
  ]);
  return table([title, '', ...(hasTargets ? ['target'] : [])], lines);
}

/**
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} lines
 * @returns {string}
 */
export function table(head, lines) {
  const text = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [text(head), `|${'---|'.repeat(head.length)}`, ...lines.map(text)].join('\n');
}

const secondsText = (milliseconds) => `${(milliseconds / 1000).toFixed(3)} s`;
const ratioText = (ratio) => (ratio === null ? '' : `× ${ratio.toFixed(2)}`);

function targetText({ target, reached }) {
  if (target === undefined) return '';
  const wanted = [
    ...(target.ratio === undefined ? [] : [`≤ × ${target.ratio.toFixed(2)}`]),
    ...(target.seconds === undefined ? [] : [`≤ ${target.seconds} s`]),
  ];
  return `${wanted.join(' and ')}: ${reached ? 'reached' : 'missed'}`;
}
