import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A fenced block of a page. */
export interface Block {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
export const readRoot = (path: string): string => readFileSync(`${root}/${path}`, 'utf8');

/** README.md and docs/*.md. */
export const PAGES: readonly string[] = [
  'README.md',
  ...readdirSync(`${root}/docs`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  let open: { readonly language: string; readonly line: number; readonly lines: string[] } | null = null;
  for (const [at, line] of readRoot(page).split('\n').entries()) {
    const fence = /^```(\w*)/.exec(line);
    if (fence && open) {
      blocks.push({ page, line: open.line, language: open.language, text: open.lines.join('\n') });
      open = null;
    } else if (fence) open = { language: fence[1] ?? '', line: at + 2, lines: [] };
    else open?.lines.push(line);
  }
  return blocks;
}

/** Commands in running text: `tsfig up -d`. */
export const inlineCommands = (page: string): string[] =>
  [...withoutBlocks(readRoot(page)).matchAll(/`(tsfig [^`]+)`/g)].map(([, command = '']) => command);

const withoutBlocks = (text: string): string => text.replaceAll(/^```[^]*?^```/gm, '');

/** Rows of the table under this heading, cell by cell, without the head. */
export function tableUnder(page: string, heading: string): string[][] {
  const section = readRoot(page).split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim())); // prettier-ignore
}
