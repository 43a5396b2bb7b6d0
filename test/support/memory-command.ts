import { Writable } from 'node:stream';
import { CommanderError } from 'commander';
import type { Context } from '../../src/cli/command.js';
import { makeOutput, type OutputOptions } from '../../src/cli/output.js';
import { makeProgram } from '../../src/cli/program.js';
import { diagnosticsToText } from '../../src/render/diagnostic.js';
import { errorToText } from '../../src/render/error.js';
import type { MemoryWorld } from './memory-world.js';

/** What a command has printed. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

class Collected extends Writable {
  text = '';
  isTTY = false;
  columns = 80;
  rows = 24;

  override _write(piece: Buffer, _encoding: string, callback: () => void): void {
    this.text += piece.toString();
    callback();
  }
}

/** Runs a command line as `cli/main.ts` does, in a world without a machine. */
export async function runInMemory(
  world: MemoryWorld,
  words: readonly string[],
  mode: OutputOptions['mode'] = 'plain',
): Promise<Printed> {
  const [stdout, stderr] = [new Collected(), new Collected()];
  const output = makeOutput({ stdout, stderr, mode, colour: false });
  const signal = new AbortController().signal;
  const context: Context = {
    world,
    control: { signal, force: signal, emit: output.emit },
    output,
    project: { file: null, projectName: 'shop' },
    parallel: 4,
    isSignalled: () => false,
    hurry: () => undefined,
    report(problems) {
      output.note(diagnosticsToText(problems));
      return 1;
    },
  };
  const program = makeProgram(world.version, async (work) => {
    await work(context).catch((error: unknown) => output.note(errorToText(error, world.version)));
  });
  const write = (text: string): void => void stderr.write(text);
  for (const command of [program, ...program.commands]) command.exitOverride().configureOutput({ writeErr: write });
  await program.parseAsync(words, { from: 'user' }).catch((error: unknown) => {
    if (!(error instanceof CommanderError)) throw error;
  });
  await output.close();
  return { stdout: stdout.text, stderr: stderr.text };
}
