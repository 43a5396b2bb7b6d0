import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path/posix';
import ts from 'typescript';

/**
 * The rules of the house, as tables and as a checker over sources. Paths are relative to `src/`; a folder ends with `/`.
 * ARCHITECTURE.md says why; test/architecture.test.ts applies it to the real sources and to made-up ones.
 */

export type Sources = ReadonlyMap<string, string>;

/** Who stands where. A file may import its own folder, or a lower floor. */
export const FLOORS: readonly (readonly string[])[] = [
  ['lib/'],
  ['model/'],
  ['load/', 'graph/', 'plan/', 'export/', 'render/'],
  ['engine/', 'host/'],
  ['apply/'],
  ['actions/'],
  ['connect.ts'],
  ['cli/', 'index.ts'],
];

/** Of floor 3, what the floors above may see. `connect.ts` alone sees the implementations. */
export const INTERFACES: readonly string[] = ['engine/engine.ts', 'host/host.ts'];
const WORLD = 3;

/** The faces see the verbs and what shows things, not the machinery between. */
const FACES_SEE: readonly string[] = ['cli/', 'actions/', 'connect.ts', 'render/', 'model/', 'lib/'];

/** Every package that the build takes in (a devDependency of package.json), and the only place that may import it. */
export const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  commander: ['cli/'],
  diff: ['render/diff.ts'],
  dockerode: ['engine/docker/'],
  'fastest-levenshtein': ['lib/did-you-mean.ts'],
  picocolors: ['render/'],
  shlex: ['load/fields/command.ts', 'export/shell.ts', 'cli/commands/'],
  'fast-string-width': ['render/'],
  toposort: ['graph/order.ts'],
  yaml: ['load/document.ts'],
};

/** Modules of Node, and who may import them. The world touches the world; what is pure needs a word for each. */
export const NODE_MODULES: Readonly<Record<string, readonly string[]>> = {
  'node:child_process': ['engine/docker/'], // ssh, credential helpers
  'node:crypto': ['engine/docker/', 'host/', 'plan/fingerprint.ts', 'actions/run.ts'], // a hash; a name of its own
  'node:events': ['engine/docker/', 'apply/follow-logs.ts'], // many listeners to one signal
  'node:fs': ['host/', 'engine/docker/', 'cli/main.ts'], // main reads the version
  'node:fs/promises': ['host/', 'engine/docker/'],
  'node:http': ['engine/docker/'],
  'node:http2': ['engine/docker/'],
  'node:https': ['engine/docker/'],
  'node:net': ['host/', 'engine/docker/'],
  'node:os': ['host/', 'engine/docker/'],
  'node:path': ['host/', 'engine/docker/', 'actions/', 'cli/'],
  'node:path/posix': ['load/'], // calculates with text, whatever the machine
  'node:readline/promises': ['cli/'],
  'node:stream': ['engine/docker/', 'cli/'],
  'node:stream/consumers': ['engine/docker/'],
  'node:tty': ['host/'],
  'node:tls': ['engine/docker/'],
  'node:timers/promises': ['lib/deadline.ts'],
};

/** Globals that tie code to one process, and who may use them. */
export const GLOBALS: Readonly<Record<string, readonly string[]>> = {
  console: [],
  process: ['cli/', 'connect.ts', 'host/'],
};

/** Lines of code, without empty lines and comments. */
export const MAX_FILE = 250;
export const MAX_FUNCTION = 50;
/** Longer than that, and why. */
export const LONG_FILES: Readonly<Record<string, number>> = {
  'load/field-table.ts': 400, // a table: one row a field
};
export const LONG_FUNCTIONS: Readonly<Record<string, number>> = {
  'apply/perform-step.ts': 70, // one switch: one case a kind of step
};

/** From here everything else is reached. */
const ENTRIES: readonly string[] = ['cli/main.ts', 'index.ts'];
/** Files that neither entry reaches, and why they are there. */
export const UNREACHED: Readonly<Record<string, string>> = {
  'load/reference.ts': 'makes docs/fig-yml.md; its test runs it',
};

/** Everything that breaks a rule, one sentence each, sorted. */
export function breaches(sources: Sources): string[] {
  const files = new Map([...sources].map(([path, text]) => [path, parse(path, text)]));
  const found = [...files].flatMap(([path, file]) => [
    ...importsOf(file).flatMap((name) => importBreach(path, name)),
    ...globalBreaches(path, file),
    ...stateBreaches(path, file),
    ...doorBreaches(path, file),
    ...lengthBreaches(path, file),
  ]);
  return [...found, ...deadFiles(files)].toSorted();
}

const parse = (path: string, text: string): ts.SourceFile =>
  ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);

const isIn = (path: string, place: string): boolean => (place.endsWith('/') ? path.startsWith(place) : path === place);
const isInOne = (path: string, places: readonly string[]): boolean => places.some((place) => isIn(path, place));

export const floorOf = (path: string): number => FLOORS.findIndex((places) => isInOne(path, places));
const folderOf = (path: string): string => path.split('/')[0] ?? path;

/** What a file imports: statically, for types only, or later. */
function importsOf(file: ts.SourceFile): string[] {
  const found: string[] = [];
  each(file, (node) => {
    const from =
      ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
        ? node.moduleSpecifier
        : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
          ? node.arguments[0]
          : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
            ? node.argument.literal
            : undefined;
    if (from && ts.isStringLiteral(from)) found.push(from.text);
  });
  return found;
}

const targetOf = (path: string, name: string): string => join(dirname(path), name).replace(/\.js$/, '.ts');

function importBreach(path: string, name: string): string[] {
  if (name.startsWith('.')) return floorBreach(path, targetOf(path, name));
  const isNode = name.startsWith('node:') || builtinModules.includes(name);
  const places = isNode ? NODE_MODULES[name] : PACKAGES[packageOf(name)];
  if (!places) return [`${path} imports ${name}, which has no home`];
  return isInOne(path, places) ? [] : [`${path} imports ${name}, whose home is ${places.join(', ')}`];
}

const packageOf = (name: string): string =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');

function floorBreach(path: string, target: string): string[] {
  const [own, other] = [floorOf(path), floorOf(target)];
  const sentence = `${path} (floor ${own}) imports ${target} (floor ${other})`;
  if (own === -1) return [`${path} stands on no floor`];
  if (folderOf(path) === folderOf(target)) return [];
  if (other === -1 || other >= own) return [sentence];
  if (other === WORLD && path !== 'connect.ts' && !INTERFACES.includes(target))
    return [`${sentence}, which is no interface`];
  if (path.startsWith('cli/') && !isInOne(target, FACES_SEE)) return [`${sentence}, past the verbs`];
  return [];
}

function globalBreaches(path: string, file: ts.SourceFile): string[] {
  const used = new Set<string>();
  each(file, (node) => {
    if (ts.isIdentifier(node) && node.text in GLOBALS && !isOnlyAName(node)) used.add(node.text);
  });
  return [...used].filter((name) => !isInOne(path, GLOBALS[name] ?? [])).map((name) => `${path} uses ${name}`);
}

/** `x.process`, `{ process: 1 }`, `NodeJS.Process` and the like do not mean the global. */
function isOnlyAName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isQualifiedName(parent)) return true;
  const isNamed =
    ts.isPropertyAccessExpression(parent) ||
    ts.isPropertyAssignment(parent) ||
    ts.isPropertySignature(parent) ||
    ts.isMethodDeclaration(parent);
  return isNamed && parent.name === node;
}

/** Module scope holds constants, types and functions. */
function stateBreaches(path: string, file: ts.SourceFile): string[] {
  return file.statements.filter(ts.isVariableStatement).flatMap(({ declarationList }) => {
    const names = declarationList.declarations.map(({ name }) => name.getText());
    if (!(declarationList.flags & ts.NodeFlags.Const)) return [`${path} has state: ${names.join(', ')} is no const`];
    return declarationList.declarations.filter(isToBeFilled).map(({ name }) => `${path} has state: ${name.getText()}`);
  });
}

/** What is empty at first must be meant to be filled. */
function isToBeFilled({ initializer }: ts.VariableDeclaration): boolean {
  if (!initializer) return false;
  if (ts.isNewExpression(initializer)) {
    const isCollection = ['Map', 'Set', 'WeakMap', 'WeakSet'].includes(initializer.expression.getText());
    return isCollection && (initializer.arguments?.length ?? 0) === 0;
  }
  return ts.isArrayLiteralExpression(initializer) && initializer.elements.length === 0;
}

/** One public door: no index.ts inside of folders, and nobody else passes on what another file exports. */
function doorBreaches(path: string, file: ts.SourceFile): string[] {
  if (path === 'index.ts') return [];
  if (path.endsWith('/index.ts')) return [`${path} is a barrel`];
  return file.statements.some((node) => ts.isExportDeclaration(node) && node.moduleSpecifier)
    ? [`${path} passes on what another file exports`]
    : [];
}

function lengthBreaches(path: string, file: ts.SourceFile): string[] {
  const lines = codeLines(file);
  const found = lines.size > (LONG_FILES[path] ?? MAX_FILE) ? [`${path} has ${lines.size} lines`] : [];
  each(file, (node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || !node.body) return;
    const [first, last] = [lineOf(file, node.getStart(file)), lineOf(file, node.getEnd())];
    let length = 0;
    for (let line = first; line <= last; line++) if (lines.has(line)) length++;
    const name = node.name?.getText() ?? 'a function';
    if (length > (LONG_FUNCTIONS[path] ?? MAX_FUNCTION)) found.push(`${path}: ${name} has ${length} lines`);
  });
  return found;
}

/** Lines that hold more than blanks and comments. */
function codeLines(file: ts.SourceFile): Set<number> {
  const lines = new Set<number>();
  const collect = (node: ts.Node): void => {
    if (ts.isJSDoc(node) || node.kind === ts.SyntaxKind.EndOfFileToken) return;
    const parts = node.getChildren(file);
    parts.forEach(collect);
    if (parts.length > 0 || node.getWidth(file) === 0) return;
    for (let line = lineOf(file, node.getStart(file)); line <= lineOf(file, node.getEnd()); line++) lines.add(line);
  };
  collect(file);
  return lines;
}

const lineOf = (file: ts.SourceFile, position: number): number => file.getLineAndCharacterOfPosition(position).line;

function deadFiles(files: ReadonlyMap<string, ts.SourceFile>): string[] {
  const reached = new Set<string>();
  const queue = ENTRIES.filter((entry) => files.has(entry));
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    const file = files.get(path);
    const local = file ? importsOf(file).filter((name) => name.startsWith('.')) : [];
    queue.push(...local.map((name) => targetOf(path, name)));
  }
  return [...files.keys()]
    .filter((path) => !reached.has(path) && UNREACHED[path] === undefined)
    .map((path) => `${path} is reached from neither ${ENTRIES.join(' nor ')}`);
}

/** The node and all below it, without tokens and comments. */
function each(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => each(child, visit));
}
