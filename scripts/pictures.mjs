// Makes docs/pictures/*.svg from real runs on a terminal; needs a Docker engine, the image busybox and util-linux `script`.
//   pictures.mjs           writes them
//   pictures.mjs --check   runs the same and says what is no longer printed as the pictures show it; ends with 1 then
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const TSFIG = join(import.meta.dirname, '../bin/tsfig.js');
const FOLDER = join(import.meta.dirname, '../docs/pictures');

/** A fig.yml whose containers say one line each and end at once when they are asked to. */
const shop = (greeting) => `web:
  image: busybox
  command: sh -c 'trap "exit 0" TERM; echo "${greeting}, queue at $$QUEUE_PORT_5672_TCP_ADDR"; sleep 1000 & wait'
  links: [db, queue]
queue:
  image: busybox
  command: sh -c 'trap "exit 0" TERM; echo "accepting jobs"; sleep 1000 & wait'
  expose: ["5672"]
db:
  image: busybox
  command: sh -c 'trap "exit 0" TERM; echo "ready for connections"; sleep 1000 & wait'
`;

const WRONG = `web:
  image: busybox
  comand: httpd -f -p 8000
  links:
    - db
  ports:
    - "8000:http"
db:
  image: busybox
  mem_limit: 512 megs
  stop_grace_period: 10
`;

/** One picture each: the file, what is run before, what is shown, and what has to be there before Ctrl-C is typed. */
const PICTURES = {
  up: {
    fig: shop('listening'),
    shown: ['up'],
    interruptAfter: [/ready for/, /accepting/, /listening/, /web_1 \.\.\. \S*done/],
  },
  'wrong-file': { fig: WRONG, shown: ['up'] },
  plan: { before: { fig: shop('listening'), words: ['up', '-d'] }, fig: shop('hello'), shown: ['plan'] },
};

/** Runs it as a project of its own, and answers what is on the screen at the end, as if the project were called shop. */
async function take({ before, fig, shown, interruptAfter = [] }) {
  const project = `tsfig-test-${randomBytes(4).toString('hex')}`;
  const directory = mkdtempSync(join(tmpdir(), 'tsfig-picture-'));
  const { NO_COLOR: _, ...environment } = process.env;
  const options = {
    cwd: directory,
    env: { ...environment, TERM: 'xterm', SHELL: '/bin/sh', TSFIG_PROJECT_NAME: project },
  };
  const tsfig = (...words) => promisify(execFile)(process.execPath, [TSFIG, ...words], options);
  try {
    if (before) {
      writeFileSync(join(directory, 'fig.yml'), before.fig);
      await tsfig(...before.words);
    }
    writeFileSync(join(directory, 'fig.yml'), fig);
    const text = await onTerminal(shown, options, interruptAfter);
    const typed = [
      [
        { text: '$ ', sgr: '2' },
        { text: `tsfig ${shown.join(' ')}`, sgr: '1' },
      ],
    ];
    return [...typed, ...screenOf(text.replaceAll(project, 'shop'))];
  } finally {
    writeFileSync(join(directory, 'fig.yml'), shop('bye'));
    await tsfig('down');
    rmSync(directory, { recursive: true });
  }
}

/** What the command wrote to a terminal of 100 columns. */
function onTerminal(words, options, interruptAfter) {
  const command = `stty rows 40 columns 100; exec ${process.execPath} ${TSFIG} ${words.join(' ')}`;
  const child = spawn('script', ['-qec', command, '/dev/null'], { ...options, stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  let isInterrupted = interruptAfter.length === 0;
  child.stdout.setEncoding('utf8').on('data', (more) => {
    text += more;
    if (isInterrupted || !interruptAfter.every((line) => line.test(text))) return;
    isInterrupted = true;
    child.stdin.write('\x03');
  });
  return new Promise((resolve) => child.on('close', () => resolve(text)));
}

/** A terminal's screen: lines of pieces of one look, after every movement of the cursor that tsfig makes. */
function screenOf(text) {
  const rows = [[]];
  let [row, column, sgr] = [0, 0, ''];
  for (const [token, count, end] of text.matchAll(/\x1b\[\??(\d*)([A-Za-z])|\r|\n|[^\x1b\r\n]/gu)) {
    if (token === '\n') row += 1;
    else if (token === '\r') column = 0;
    else if (end === 'A') row -= Number(count);
    else if (end === 'K') rows[row] = [];
    else if (end === 'J') rows.splice(row, Infinity, rows[row].slice(0, column));
    else if (end === 'm') sgr = ['0', '22', '39', ''].includes(count) ? '' : count;
    else if (end === undefined) rows[row][column++] = { text: token, sgr };
    while (rows.length <= row) rows.push([]);
  }
  while (rows.at(-1)?.length === 0) rows.pop();
  return rows.map((cells) => joinCells(Array.from(cells, (cell) => cell ?? { text: ' ', sgr: '' })));
}

function joinCells(cells) {
  const pieces = [];
  for (const { text, sgr } of cells) {
    if (pieces.at(-1)?.sgr === sgr) pieces.at(-1).text += text;
    else pieces.push({ text, sgr });
  }
  return pieces;
}

const textOf = (pieces) => pieces.map(({ text }) => text).join('');
const LOOKS = { 1: 'b', 2: 'dim', 31: 'red', 32: 'green', 33: 'yellow', 34: 'blue', 35: 'magenta', 36: 'cyan' };
const STYLE = `text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #d0d7de; white-space: pre }
  .b { font-weight: bold } .dim { fill: #8b949e } .red { fill: #ff7b72 } .green { fill: #7ee787 } .yellow { fill: #e3b341 }
  .blue { fill: #79c0ff } .magenta { fill: #d2a8ff } .cyan { fill: #76e3ea }`;

function toSvg(lines) {
  const columns = Math.max(...lines.map((line) => textOf(line).length));
  const [width, height] = [Math.ceil(columns * 8.45) + 40, lines.length * 20 + 36];
  const rows = lines.map(
    (line, at) => `<text x="20" y="${at * 20 + 34}" xml:space="preserve">${line.map(toSpan).join('')}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<!-- Made by: npm run pictures -->
<style>
  ${STYLE}
</style>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
${rows.join('\n')}
</svg>
`;
}

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escape = (text) => text.replaceAll(/[&<>]/g, (character) => ESCAPES[character]);
const toSpan = ({ text, sgr }) => (LOOKS[sgr] ? `<tspan class="${LOOKS[sgr]}">${escape(text)}</tspan>` : escape(text));

/** What stays the same on a slow machine, with other addresses, and when what happens side by side ends in another order. */
function comparable(lines) {
  return lines
    .map((line) =>
      line
        .replace(/^\^C/, '')
        .replace(/ {2}[\d.]+ m?s$/, '')
        .replace(/\b\d+(\.\d+){3}\b/, 'ADDRESS')
        .trimEnd(),
    )
    .map((line) => line.replace(/(?<=^Attaching to ).*/, (names) => names.split(', ').toSorted().join(', ')))
    .filter((line) => line !== '' && !line.startsWith('Waiting for '))
    .toSorted();
}

function check(name, lines, svg) {
  const drawn = [...svg.matchAll(/<text [^>]*>(.*)<\/text>/g)].map(([, line]) => line.replaceAll(/<[^>]*>/g, ''));
  const [expected, actual] = [comparable(drawn), comparable(lines.map((line) => escape(textOf(line))))];
  if (expected.join('\n') === actual.join('\n')) return;
  process.stderr.write(`docs/pictures/${name}.svg is stale: run "npm run pictures". It shows, and now is printed:\n`);
  process.stderr.write(`${expected.join('\n')}\n--\n${actual.join('\n')}\n`);
  process.exitCode = 1;
}

const isCheck = process.argv.includes('--check');
for (const [name, picture] of Object.entries(PICTURES)) {
  const lines = await take(picture);
  const path = join(FOLDER, `${name}.svg`);
  if (isCheck) check(name, lines, readFileSync(path, 'utf8'));
  else {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(path, toSvg(lines));
  }
}
